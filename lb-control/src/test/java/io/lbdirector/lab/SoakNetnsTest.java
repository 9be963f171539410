package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Verdict;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.bpf.XdpLink;
import io.lbdirector.forwarding.IpAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Traffic for a minute, or as long as {@code lb.soak.seconds} says, while whatever may happen to a
 * director happens, again and again, in an order that the seed decides. {@code bench/soak} runs it.
 */
final class SoakNetnsTest {
  private static final Duration TIME = Duration.ofSeconds(Long.getLong("lb.soak.seconds", 60));
  private static final String WEB = "web";
  private static final int CONNECTIONS = 50;
  private static final int STREAMS = 6;
  private static final int RELOADS_OF_ONE_DAEMON = 20;
  private static final long MOST_RESIDENT_BYTES = 512L << 20;

  @TempDir Path folder;
  @TempDir Path other;
  private final long seed = Long.getLong("lb.soak.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Map<Event, Integer> happened = new EnumMap<>(Event.class);
  private Lab lab;
  private Lbd lbd;
  private Flows flows;
  private String otherBuild;
  private boolean drained;
  private boolean upgraded;

  /** What may happen. */
  private enum Event {
    RELOAD,
    BAD_RELOAD,
    DRAIN,
    HANG_UP,
    SIGTERM,
    SIGKILL,
    UPGRADE
  }

  @BeforeEach
  void lay() throws Exception {
    otherBuild = OtherBuild.compile(other);
    lab = Lab.serving();
    BackendServers.start(lab);
    flows = new Flows(lab);
    lbd = lab.own(new Lbd(lab, folder));
    lbd.start(config(0));
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  /** Connections live through all of them: one backend at a time is not the first of its rows. */
  private String config(int number) {
    String extra =
        TableText.table("extra")
            .bind("tcp", 7100 + number)
            .backends(List.of(TableText.BACKEND1, TableText.BACKEND3))
            .toString();
    return lbd.head()
        + TableText.table(WEB)
            .hops(2 + number % 2)
            .bind("tcp", BackendServers.ECHO)
            .bind("tcp", BackendServers.DIGEST)
            .bind("udp", DatagramStream.PORT)
            .backends(TableText.ALL)
        + (number == 0 ? "" : extra);
  }

  @Test
  void shouldLoseNothingWhateverHappens() throws Exception {
    Counters before = lbd.counters();
    DropCounters dropsBefore = DropCounters.read(lab);
    Footprint atFirst = Footprint.of(lbd);
    try (EchoLoad echoes = EchoLoad.start(flows.take(CONNECTIONS, BackendServers.ECHO, c -> true));
        Upload upload = Upload.start(flows.next(BackendServers.DIGEST, c -> true), seed);
        DatagramStream stream =
            DatagramStream.start(lab, flows.take(STREAMS, DatagramStream.PORT, c -> true))) {
      long end = System.nanoTime() + TIME.toNanos();
      while (System.nanoTime() < end) {
        Event event = Event.values()[random.nextInt(Event.values().length)];
        happen(event);
        happened.merge(event, 1, Integer::sum);
        echoes.awaitMessages(1);
        upload.awaitChunks(1);
        stream.awaitSent(1);
      }
      stream.finish();
      upload.finish();
      echoes.finish();
      String story =
          "seed " + seed + ", " + happened + ", " + DropCounters.read(lab).since(dropsBefore);
      assertEquals(0, stream.missing(), "datagrams lost; " + story);
      Counters after = lbd.counters();
      assertEquals(
          stream.sent(),
          after.ofBinds("udp", DatagramStream.PORT) - before.ofBinds("udp", DatagramStream.PORT),
          "datagrams counted of those sent; " + story);
      Map<Verdict, Long> verdicts = after.since(before);
      verdicts.keySet().removeIf(Verdict::isNormal);
      assertEquals(Map.of(), verdicts, "verdicts that are not normal; " + story);
      System.out.println("soak: " + stream.sent() + " datagrams, " + story);
    }
    assertNothingGrew(atFirst);
  }

  private void happen(Event event) throws Exception {
    switch (event) {
      case RELOAD -> reload(1 + random.nextInt(6));
      case BAD_RELOAD -> reloadBad();
      case DRAIN -> drain(!drained);
      case HANG_UP -> hangUp();
      case SIGTERM -> {
        lbd.terminate();
        assertEquals(0, lbd.exitValue());
        restart();
      }
      case SIGKILL -> {
        lbd.kill();
        restart();
      }
      case UPGRADE -> {
        lbd.terminate();
        upgraded = !upgraded;
        lbd.setEnvironment("LBD_JAVA_OPTS", upgraded ? otherBuild : "");
        int program = programId();
        restart();
        assertNotEquals(program, programId());
      }
      default -> throw new AssertionError(event);
    }
  }

  private void reload(int number) throws Exception {
    lbd.reload(config(number));
  }

  private void reloadBad() throws Exception {
    long generation = lbd.generation();
    String bad = BrokenConfigs.damage(config(0), random.nextInt(BrokenConfigs.COUNT));
    assertThrows(DaemonRefusedException.class, () -> lbd.reload(bad), bad);
    assertEquals(generation, lbd.generation());
  }

  private void drain(boolean drain) throws Exception {
    IpAddress backend = IpAddress.parse(TableText.BACKEND2);
    lbd.setState(WEB, backend, drain ? "draining" : "file");
    drained = drain;
  }

  /** Back to what is in its file. */
  private void hangUp() throws Exception {
    lbd.hangUp();
    String digest = drained ? null : FlowModel.of(config(0)).digest(WEB);
    Await.until(
        "the file of the start",
        () ->
            lbd.status().get("config").getAsString().equals(lbd.config().toString())
                && (digest == null || lbd.digest(WEB).equals(digest)));
  }

  private void restart() throws Exception {
    lbd.start();
  }

  private int programId() {
    try (XdpLink link = XdpLink.openPinned(lbd.link())) {
      return link.programId();
    }
  }

  /** The same config leaves the same pins, however it came about, and no descriptor. */
  private void assertNothingGrew(Footprint atFirst) throws Exception {
    drain(false);
    lbd.kill();
    restart();
    for (int i = 0; i < 2; i++) { // to the first of them: what is opened once is open
      reload(1 + i);
    }
    reload(0);
    Footprint before = Footprint.of(lbd);
    assertEquals(atFirst.pins(), before.pins(), "pins by folder; seed " + seed);
    for (int i = 0; i < RELOADS_OF_ONE_DAEMON; i++) {
      reload(1 + i % 6);
    }
    reload(0);
    Footprint after = Footprint.of(lbd);
    assertEquals(atFirst.pins(), after.pins(), "pins by folder; seed " + seed);
    long more = after.files() - before.files(); // a connection that is being closed may be one
    assertTrue(more < RELOADS_OF_ONE_DAEMON / 4, more + " more open files of lbd; seed " + seed);
    assertTrue(after.residentBytes() < MOST_RESIDENT_BYTES, after.toString());
  }
}
