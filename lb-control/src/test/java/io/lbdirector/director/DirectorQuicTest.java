package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.RunningDirector.LO;
import static io.lbdirector.director.RunningDirector.await;
import static io.lbdirector.packet.Actors.QUIC_VIP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.director.DirectorControl.StateOrder;
import io.lbdirector.director.DirectorControl.TableReport;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.Health;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.QuicFrames;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whom the id of a QUIC server names, of a director over a data plane in this kernel. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class DirectorQuicTest {
  private static final int B_ID = 0x0202;
  private static final String B = "10.0.1.2";
  private static final String TOML =
      DIRECTOR
          + """
          [[table]]
          name = "quic"
          hash_key = "12345678901234561234567890123456"
          seed = "34567890123456783456789012345678"
          [[table.bind]]
          ip = "203.0.113.50"
          proto = "udp"
          port = 443
          flow = "quic"
          [[table.check]]
          type = "tcp"
          port = 80
          [[table.backend]]
          ip = "10.0.1.1"
          [[table.backend]]
          ip = "10.0.1.2"
          quic_id = 514
          [[table.backend]]
          ip = "10.0.1.3"
          quic_id = 515
          """;

  @TempDir Path folder;
  private RunningDirector running;

  @BeforeEach
  void start() {
    running = RunningDirector.start(TOML, folder);
    running.attached(LO);
  }

  @AfterEach
  void end() {
    running.close();
  }

  /** First hop of a packet from somewhere that names B. */
  private String firstHop(String client, int port) {
    byte[] in = QuicFrames.shortHeader(IpAddress.parse(client), port, QUIC_VIP, B_ID).toBytes();
    byte[] out = running.plane().program().testRun(in, 1).packet();
    return IpAddress.of(Arrays.copyOfRange(out, 30, 34)).toString();
  }

  /** Whether every packet that names B goes there, from wherever it comes. */
  private boolean isNamed() {
    boolean all = true;
    for (int client = 1; client <= 30; client++) {
      all &= firstHop("198.51.100." + client, 1000 + client).equals(B);
    }
    return all;
  }

  private void setState(Optional<StateOrder> order) {
    await(running.director().setState("quic", IpAddress.parse(B), order, "test"));
  }

  private void awaitHealth(Health health) throws InterruptedException {
    running.health().find(B, health);
    running.director().healthChanged();
    String wanted = health.name().toLowerCase(Locale.ROOT);
    while (!table0().backends().get(1).health().equals(wanted)) {
      Thread.sleep(10);
    }
  }

  private TableReport table0() {
    return await(running.director().table("quic")).orElseThrow();
  }

  @Test
  void shouldTellTheIds() {
    assertEquals(
        List.of(Optional.empty(), Optional.of(514), Optional.of(515)),
        table0().backends().stream().map(b -> b.quicId()).toList());
    assertEquals(List.of(), running.status().warnings());
  }

  @Test
  void shouldNameABackendThatDrainsAndNoneThatIsInactive() {
    assertTrue(isNamed());
    setState(Optional.of(StateOrder.of(BackendState.DRAINING)));
    assertTrue(isNamed());
    assertEquals(0, table0().backends().get(1).rows());
    setState(Optional.of(StateOrder.of(BackendState.INACTIVE)));
    assertFalse(isNamed());
    setState(Optional.empty());
    assertTrue(isNamed());
  }

  @Test
  void shouldFollowHealthAlsoWhereNoRowMoves() throws InterruptedException {
    setState(Optional.of(StateOrder.of(BackendState.DRAINING)));
    String digest = table0().digest();
    awaitHealth(Health.DOWN);
    assertEquals(digest, table0().digest());
    assertFalse(isNamed());
    awaitHealth(Health.UP);
    assertTrue(isNamed());
  }

  @Test
  void shouldPublishAnotherIdThoughNoRowMoves() {
    ReloadReport report = running.reload(TOML.replace("514", "516"), "other.toml");
    assertTrue(report.changed());
    assertEquals(0, report.rowsMoved());
    assertEquals(0, report.tablesBuilt());
    assertFalse(isNamed());
    running.reload(TOML, "back.toml");
    assertTrue(isNamed());
    assertFalse(running.reload(TOML, "same.toml").changed());
  }

  @Test
  void shouldTakeOverWhatWasNamed() {
    setState(Optional.of(StateOrder.of(BackendState.DRAINING)));
    long generation = running.plane().generation();
    running.restart(TOML);
    running.director().start();
    assertEquals(generation, running.plane().generation());
    assertTrue(isNamed());
    assertEquals(Actors.backend(2).toString(), firstHop("192.0.2.200", 9));
  }
}
