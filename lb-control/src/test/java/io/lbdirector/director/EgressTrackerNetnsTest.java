package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.director.EgressState.Hop;
import io.lbdirector.director.EgressState.Standing;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.ScratchNetns;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A director with two interfaces, and the routers behind them: 192.0.2.1 and 2001:db8::1 behind
 * {@code one}, 192.0.3.1 behind {@code two}. Needs root.
 */
final class EgressTrackerNetnsTest {
  private static final long SECONDS = 30;
  private static final Duration PERIOD = Duration.ofMillis(300);
  private static final IpAddress SOURCE = IpAddress.parse("192.0.2.10");
  private static final IpAddress SOURCE6 = IpAddress.parse("2001:db8::10");

  private final BlockingQueue<EgressState> states = new LinkedBlockingQueue<>();
  private ScratchNetns director;
  private ScratchNetns router;
  private EgressTracker tracker;

  @BeforeEach
  void lay() {
    director = ScratchNetns.create("eg-dir");
    router = director.own(ScratchNetns.create("eg-rtr"));
    for (ScratchNetns netns : List.of(director, router)) {
      netns.sysctl("net.ipv6.conf.default.accept_dad=0");
    }
    link("one", 10, "192.0.2", "2001:db8::");
    link("two", 12, "192.0.3", "2001:db8:3::");
  }

  private void link(String name, int index, String net4, String net6) {
    director.ip(
        "link add %s index %d type veth peer name %s netns %s"
            .formatted(name, index, name, router.name()));
    for (ScratchNetns netns : List.of(director, router)) {
      boolean here = netns == director;
      netns.ip("addr add " + net4 + (here ? ".10/24" : ".1/24") + " dev " + name);
      netns.ip("addr add " + net6 + (here ? "10/64" : "1/64") + " dev " + name);
      netns.ip("link set " + name + " up");
    }
    for (String family : List.of("ipv4", "ipv6")) {
      String neigh = "net." + family + ".neigh." + name + ".";
      director.sysctl(neigh + "base_reachable_time_ms=200");
      director.sysctl(neigh + "delay_first_probe_time=0");
      director.sysctl(neigh + "retrans_time_ms=50");
    }
  }

  @AfterEach
  void remove() {
    director.close();
  }

  private static EgressSettings settings(String... backends) {
    return new EgressSettings(
        Arrays.stream(backends).map(IpAddress::parse).collect(Collectors.toSet()),
        Optional.of(SOURCE),
        Optional.of(SOURCE6));
  }

  private void start(String... backends) throws Exception {
    tracker =
        director.opened(
            () -> {
              EgressTracker opened = new EgressTracker(PERIOD);
              opened.start(settings(backends), states::add);
              return opened;
            });
  }

  private EgressState await(String what, Predicate<EgressState> wanted)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    EgressState last = null;
    while (true) {
      EgressState state = states.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertNotNull(state, what + " has not come; last was " + last);
      if (wanted.test(state)) {
        return state;
      }
      last = state;
    }
  }

  private EgressState await(Hop... hops) throws InterruptedException {
    return await(Arrays.toString(hops), state -> state.hops().equals(List.of(hops)));
  }

  private static Hop known(String address, String name, int backends) {
    return new Hop(IpAddress.parse(address), name, Standing.KNOWN, backends);
  }

  @Test
  void shouldFindTheNextHopsOfBothFamiliesAndTellTheFirstStateAtOnce() throws Exception {
    director.ip("route add 10.0.1.0/24 via 192.0.2.1");
    director.ip("route add 2001:db8:1::/48 via 2001:db8:3::1");
    start("10.0.1.1", "10.0.1.2", "2001:db8:1::1", "10.0.9.9", "192.0.3.1");
    EgressState first = states.remove();
    assertEquals(Set.of(10, 12), first.links());
    assertEquals(Set.of(IpAddress.parse("10.0.9.9")), first.unrouted());
    EgressState all =
        await(
            known("192.0.2.1", "one", 2),
            known("192.0.3.1", "two", 1),
            known("2001:db8:3::1", "two", 1));
    assertTrue(all.isSettled());
  }

  @Test
  void shouldFollowRoutesAsTheyChange() throws Exception {
    director.ip("route add 10.0.1.0/24 via 192.0.2.1");
    start("10.0.1.1");
    await(known("192.0.2.1", "one", 1));
    director.ip("route replace 10.0.1.0/24 via 192.0.3.1");
    await(known("192.0.3.1", "two", 1));
    director.ip("route add 10.0.1.1 via 192.0.2.1 table 100");
    director.ip("rule add from 192.0.2.10 lookup 100"); // of which the kernel tells nobody
    await(known("192.0.2.1", "one", 1));
    director.ip("link set one down");
    await(known("192.0.3.1", "two", 1));
    director.ip("route del 10.0.1.0/24");
    await("no route", state -> state.unrouted().equals(Set.of(IpAddress.parse("10.0.1.1"))));
  }

  @Test
  void shouldFollowRulesAlsoOfASourceThatIsElsewhere() throws Exception {
    director.ip("addr del 192.0.2.10/24 dev one");
    director.ip("addr add 192.0.2.20/24 dev one");
    director.ip("route add 10.0.1.0/24 via 192.0.2.1");
    start("10.0.1.1");
    await(known("192.0.2.1", "one", 1));
  }

  @Test
  void shouldFindANeighbourAgainThatWasLost() throws Exception {
    director.ip("route add 10.0.1.0/24 via 192.0.2.1");
    start("10.0.1.1");
    await(known("192.0.2.1", "one", 1));
    states.clear();
    director.ip("neigh del 192.0.2.1 dev one");
    await("lost", state -> !state.anyKnown());
    await(known("192.0.2.1", "one", 1));
  }

  @Test
  void shouldCallSilentWhoDoesNotAnswerAndNoticeWhenItDoes() throws Exception {
    start("192.0.2.77");
    EgressState silent = await("silent", state -> state.isSettled());
    assertEquals(Standing.SILENT, silent.hops().get(0).standing());
    router.ip("addr add 192.0.2.77/24 dev one");
    await(known("192.0.2.77", "one", 1));
  }

  /** Packets of XDP do not keep a neighbour fresh, and one that is not fresh may be another. */
  @Test
  void shouldKeepNeighboursFresh() throws Exception {
    director.ip("route add 10.0.1.0/24 via 192.0.2.1");
    start("10.0.1.1");
    await(known("192.0.2.1", "one", 1));
    router.ip("link set one address 02:00:00:00:00:99");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!director.ip("neigh show 192.0.2.1 dev one").contains("02:00:00:00:00:99")) {
      assertTrue(System.nanoTime() < deadline, director.ip("neigh show"));
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void shouldFollowOtherBackendsAndInterfaces() throws Exception {
    director.ip("route add default via 192.0.2.1");
    start();
    assertEquals(List.of(), states.remove().hops());
    tracker.reconfigure(settings("10.0.1.1"));
    await(known("192.0.2.1", "one", 1));
    tracker.reconfigure(settings("192.0.3.1"));
    await(known("192.0.3.1", "two", 1));
    director.ip("link add three index 14 type veth peer name threep");
    await("three", state -> state.links().contains(14));
    director.ip("link del three");
    await("no three", state -> !state.links().contains(14));
    tracker.reconfigure(EgressSettings.NONE);
    EgressState none = await();
    assertEquals(Set.of(10, 12), none.links());
  }

  @Test
  void shouldTellNothingAfterTheClose() throws Exception {
    start("192.0.2.1");
    tracker.close();
    states.clear();
    director.ip("link del two");
    tracker.reconfigure(settings("192.0.3.1"));
    assertEquals(List.of(), List.copyOf(states));
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals("egress-tracker")));
  }
}
