package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.XdpLink;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The daemon comes and goes; packets and connections do not notice. */
@Timeout(300)
final class LbdLifeNetnsTest {
  private static final String WEB = "web";
  private static final int STREAMS = 6;
  private static final int ECHO_CONNECTIONS = 20;
  private static final int MESSAGES = 10;

  /** Sent while nobody is at home: about half a second of the stream. */
  private static final int WITHOUT = 10_000;

  private static Lab lab;
  private static Flows flows;

  @TempDir Path folder;
  private Lbd lbd;
  private FlowModel model;

  /** How a daemon ends. */
  enum End {
    SIGTERM,
    SIGKILL
  }

  /** What stays the same for as long as nothing is attached anew. */
  private record Attachment(int linkId, int programId) {
    static Attachment of(Lbd lbd) {
      try (XdpLink link = XdpLink.openPinned(lbd.link())) {
        return new Attachment(link.id(), link.programId());
      }
    }
  }

  @BeforeAll
  static void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    flows = new Flows(lab);
  }

  @AfterAll
  static void remove() {
    if (lab != null) {
      lab.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    lbd = new Lbd(lab, folder);
    model = FlowModel.of(config(2));
    lbd.start(config(2));
  }

  @AfterEach
  void end() throws Exception {
    lbd.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldForwardOnAndBeTakenOver(End end) throws Exception {
    lbd.reload(config(3));
    lbd.reload(config(2)); // so that the generation is not the first
    DropCounters dropsBefore = DropCounters.read(lab);
    Counters before = lbd.counters();
    try (EchoLoad echoes = startEchoes();
        DatagramStream stream = startDatagrams()) {
      stream.awaitSent(WITHOUT);
      restart(
          end,
          () -> {
            stream.awaitSent(WITHOUT);
            echoes.awaitMessages(MESSAGES);
          });
      stream.awaitSent(WITHOUT);
      echoes.awaitMessages(MESSAGES);
      JsonObject report = lbd.reload(config(3));
      assertTrue(report.get("changed").getAsBoolean(), report.toString());
      stream.awaitSent(WITHOUT);

      stream.finish();
      echoes.finish();
      String drops = "dropped in the lab: " + DropCounters.read(lab).since(dropsBefore);
      assertEquals(0, stream.missing(), "datagrams lost; " + drops);
      stream.requireArrivedOnceAndAt(c -> lab.backend(model.primary(WEB, c.flow())));
      assertEquals(
          stream.sent(),
          lbd.counters().ofBinds("udp", DatagramStream.PORT)
              - before.ofBinds("udp", DatagramStream.PORT),
          "datagrams counted of those sent; " + drops);
    }
  }

  /** Ends the daemon, starts it again, and looks whether it found things as they were. */
  private void restart(End end, Background.Step whileItIsGone) throws Exception {
    long generation = lbd.generation();
    Attachment attachment = Attachment.of(lbd);
    Counters before = lbd.counters();
    switch (end) {
      case SIGTERM -> {
        lbd.terminate();
        assertEquals(0, lbd.exitValue());
        assertEquals(1, lbd.logLines("stopping; forwarding goes on").size(), lbd.log());
      }
      case SIGKILL -> lbd.kill();
    }
    whileItIsGone.run();
    assertFalse(lbd.isReady());

    lbd.start();
    JsonObject status = lbd.status();
    assertTrue(status.get("adopted").getAsBoolean(), status.toString());
    assertEquals(generation, status.get("generation").getAsLong());
    assertEquals(attachment, Attachment.of(lbd));
    assertOnlyGrown(before, lbd.counters());
  }

  private static void assertOnlyGrown(Counters before, Counters after) {
    for (Verdict verdict : Verdict.values()) {
      assertTrue(after.of(verdict) >= before.of(verdict), verdict + " went back");
    }
    assertTrue(after.of(Verdict.TX_FORWARDED) > before.of(Verdict.TX_FORWARDED));
  }

  @Test
  void shouldReadItsFileAgainOnHangUp() throws Exception {
    long generation = lbd.generation();
    lbd.write(config(3));
    lbd.hangUp();
    Await.until("the reload", () -> lbd.generation() == generation + 1);
    assertEquals(FlowModel.of(config(3)).digest(WEB), lbd.digest(WEB));
  }

  @Test
  void shouldKeepWhatIsLiveAndSayOnceWhatIsWrongWithTheFileOnHangUp() throws Exception {
    long generation = lbd.generation();
    lbd.write(config(2).replace("hops = 2", "hops = 9"));
    lbd.hangUp();
    Await.until("a word of the mistake", () -> !lbd.logLines("reload refused").isEmpty());
    assertEquals(generation, lbd.generation());
    assertEquals(model.digest(WEB), lbd.digest(WEB));

    lbd.write(config(3));
    lbd.hangUp(); // whatever the first had to say, it has said before the second is live
    Await.until("the next reload", () -> lbd.generation() == generation + 1);
    List<String> told = lbd.logLines(lbd.config() + ":");
    assertEquals(1, told.size(), lbd.log());
    assertTrue(told.get(0).matches(".*forwarding\\.toml:\\d+: .*hops.*9.*"), told.get(0));
  }

  private static EchoLoad startEchoes() throws Exception {
    return EchoLoad.start(flows.take(ECHO_CONNECTIONS, BackendServers.ECHO, c -> true));
  }

  private static DatagramStream startDatagrams() throws Exception {
    return DatagramStream.start(lab, flows.take(STREAMS, DatagramStream.PORT, c -> true));
  }

  private String config(int hops) {
    return lbd.head()
        + TableText.table(WEB)
            .hops(hops)
            .bind("tcp", BackendServers.ECHO)
            .bind("udp", DatagramStream.PORT)
            .backends(TableText.ALL);
  }
}
