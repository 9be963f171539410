package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.table;
import static io.lbdirector.director.RunningDirector.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.director.DirectorControl.BackendReport;
import io.lbdirector.director.DirectorControl.BindReport;
import io.lbdirector.director.DirectorControl.Counter;
import io.lbdirector.director.DirectorControl.CountersReport;
import io.lbdirector.director.DirectorControl.TableBackendReport;
import io.lbdirector.director.DirectorControl.TableReport;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Reports of a director that has forwarded some packets in this kernel. Needs root. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class ReportsTest {
  private static final String TOML =
      DIRECTOR
          + table("web", "203.0.113.10", "10.0.1.1", "10.0.1.2")
          + "state = \"draining\"\n"
          + table("mail", "203.0.113.11", "10.0.1.1");

  private RunningDirector running;
  private long frameBytes;

  /** Two packets for web, one for mail, one for nobody. */
  @BeforeEach
  void forward() {
    running = RunningDirector.start(TOML);
    for (String vip : List.of("203.0.113.10", "203.0.113.10", "203.0.113.11", "203.0.113.99")) {
      byte[] frame = Frame.tcpSyn(Actors.CLIENT, 4711, IpAddress.parse(vip), 443).toBytes();
      frameBytes = frame.length;
      running.plane().program().testRun(frame, 1);
    }
  }

  @AfterEach
  void end() {
    running.close();
  }

  @Test
  void shouldCountPacketsByVerdictBindAndBackend() {
    CountersReport counters = await(running.director().counters());
    assertEquals(1, counters.generation());
    assertEquals(new Counter(4, 4 * frameBytes), counters.total());
    assertEquals(3, counters.verdicts().get("tx_forwarded").packets());
    assertEquals(
        List.of(
            new BindReport("tcp 203.0.113.10:443", "web", 2, 2 * frameBytes),
            new BindReport("tcp 203.0.113.11:443", "mail", 1, frameBytes)),
        counters.binds());
    assertEquals(await(running.director().backends()), counters.backends());
  }

  @Test
  void shouldListBackendsOverAllTables() {
    List<BackendReport> backends = await(running.director().backends());
    assertEquals(List.of("10.0.1.1", "10.0.1.2"), backends.stream().map(b -> b.address()).toList());
    assertEquals(List.of("web", "mail"), backends.get(0).tables());
    assertEquals(3, backends.get(0).packets());
    assertEquals(3 * frameBytes, backends.get(0).bytes());
    assertEquals(List.of("web"), backends.get(1).tables());
    assertEquals(0, backends.get(1).packets());
  }

  @Test
  void shouldTellOfOneTableWhatItTellsOfAll() {
    List<TableReport> all = await(running.director().tables());
    assertEquals(List.of("web", "mail"), all.stream().map(TableReport::name).toList());
    for (TableReport one : all) {
      assertEquals(Optional.of(one), await(running.director().table(one.name())));
    }
    assertEquals(Optional.empty(), await(running.director().table("nobody")));
    TableReport web = all.get(0);
    assertEquals(2, web.binds().get(0).packets());
    assertEquals(
        List.of(
            new TableBackendReport(
                "10.0.1.1",
                "active",
                Optional.empty(),
                "active",
                "unknown",
                1,
                Optional.empty(),
                ForwardingTable.ROWS,
                100,
                100),
            new TableBackendReport(
                "10.0.1.2",
                "draining",
                Optional.empty(),
                "draining",
                "unknown",
                1,
                Optional.empty(),
                0,
                0,
                0)),
        web.backends());
    assertTrue(web.digest().matches("[0-9a-f]{64}"), web.digest());
  }
}
