package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.lbdirector.abi.Verdict;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.bpf.XdpLink;
import io.lbdirector.forwarding.IpAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
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
  private static final int CONNECTIONS = 100;
  private static final int MOST_TABLES = 20;
  private static final String CHECK =
      """
      type = "http"
      port = %d
      interval = "200ms"
      timeout = "200ms"
      rise = 1
      fall = 2
      """
          .formatted(CheckServer.PORT);
  private static final int RELOADS_OF_ONE_DAEMON = 20;
  private static final long MOST_RESIDENT_BYTES = 512L << 20;

  @TempDir Path folder;
  @TempDir Path other;
  private final long seed = Long.getLong("lb.soak.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Map<Event, Integer> happened = new EnumMap<>(Event.class);
  private Lab lab;
  private Lbd lbd;
  private String otherBuild;
  private CheckServer check;
  private boolean drained;
  private boolean down;
  private boolean upgraded;

  /** What may happen. */
  private enum Event {
    RELOAD,
    BAD_RELOAD,
    DRAIN,
    HEALTH,
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
    for (Lab.Host backend : lab.backends()) {
      check = CheckServer.start(lab, backend, false); // the last is the one that fails
    }
    lbd = lab.own(new Lbd(lab, folder));
    lbd.start(config(0));
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  /**
   * Connections live through all of them: one backend at a time is not the first of its rows.
   *
   * @param tables beside the one that has the traffic
   */
  private String config(int tables) {
    StringBuilder text = new StringBuilder(lbd.head());
    text.append(
        MixedTraffic.binds(TableText.table(WEB).hops(2 + tables % 2))
            .backends(TableText.ALL)
            .check(CHECK));
    for (int i = 0; i < tables; i++) {
      text.append(
          TableText.table("extra" + i)
              .bind("tcp", 7100 + i)
              .backends(List.of(TableText.BACKEND1, TableText.BACKEND3)));
    }
    return text.toString();
  }

  @Test
  void shouldLoseNothingWhateverHappens() throws Exception {
    Counters before = lbd.counters();
    Footprint atFirst = Footprint.of(lbd);
    try (MixedTraffic traffic = MixedTraffic.start(lab, new Flows(lab), CONNECTIONS, seed)) {
      long end = System.nanoTime() + TIME.toNanos();
      Deque<Event> next = new ArrayDeque<>();
      while (System.nanoTime() < end) {
        if (next.isEmpty()) {
          List<Event> all = new ArrayList<>(List.of(Event.values()));
          Collections.shuffle(all, random);
          next.addAll(all);
        }
        Event event = next.pop();
        happen(event);
        happened.merge(event, 1, Integer::sum);
        traffic.awaitProgress();
      }
      String story = "seed " + seed + ", " + happened;
      traffic.finish(story);
      Counters after = lbd.counters();
      assertEquals(
          traffic.datagramsSent(),
          after.ofBinds("udp", DatagramStream.PORT) - before.ofBinds("udp", DatagramStream.PORT),
          "datagrams counted of those sent; " + story);
      Map<Verdict, Long> verdicts = after.since(before);
      verdicts.keySet().removeIf(Verdict::isNormal);
      assertEquals(Map.of(), verdicts, "verdicts that are not normal; " + story);
      System.out.println("soak: " + traffic + "; " + story);
    }
    assertNothingGrew(atFirst);
  }

  private void happen(Event event) throws Exception {
    switch (event) {
      case RELOAD -> reload(1 + random.nextInt(MOST_TABLES));
      case BAD_RELOAD -> reloadBad();
      case DRAIN -> {
        takeDown(false);
        drain(!drained);
      }
      case HEALTH -> {
        drain(false);
        takeDown(!down);
      }
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

  /** Has the checks of a backend fail, or pass again, and waits until its rows are with others. */
  private void takeDown(boolean take) throws Exception {
    check.fail(take);
    down = take;
    Await.until("health to be seen", () -> backend3Leads() != take);
  }

  private boolean backend3Leads() throws Exception {
    for (JsonElement one :
        lbd.admin().get("/v1/tables/" + WEB).getAsJsonObject().getAsJsonArray("backends")) {
      JsonObject backend = one.getAsJsonObject();
      if (backend.get("address").getAsString().equals(TableText.BACKEND3)) {
        return backend.get("rows").getAsInt() > 0;
      }
    }
    throw new AssertionError(TableText.BACKEND3 + " is in no row");
  }

  /** Back to what is in its file. */
  private void hangUp() throws Exception {
    lbd.hangUp();
    String digest = drained || down ? null : FlowModel.of(config(0)).digest(WEB);
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
    takeDown(false);
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
