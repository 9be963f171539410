package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.lbdirector.config.DirectorConfig.Gateway;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.OsException;
import io.lbdirector.os.ScratchNetns;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A director and its router, a veth pair between them. Needs root. The router is 192.0.2.1 and
 * 2001:db8::1; also 192.0.2.2, for a second gateway.
 */
final class GatewayTrackerNetnsTest {
  private static final long SECONDS = 30;
  private static final Duration PERIOD = Duration.ofMillis(100);
  private static final MacAddress DIRECTOR_MAC = mac("02:00:00:00:00:0a");
  private static final MacAddress ROUTER_MAC = mac("02:00:00:00:00:01");
  private static final MacAddress NEW_ROUTER_MAC = mac("02:00:00:00:00:02");
  private static final IpAddress GATEWAY = IpAddress.parse("192.0.2.1");
  private static final IpAddress GATEWAY6 = IpAddress.parse("2001:db8::1");
  private static final Gateway AUTO = new Gateway.Auto();

  private final BlockingQueue<PortState> changes = new LinkedBlockingQueue<>();
  private ScratchNetns director;
  private ScratchNetns router;
  private GatewayTracker tracker;

  @BeforeEach
  void lay() {
    director = ScratchNetns.create("gw-dir");
    router = director.own(ScratchNetns.create("gw-rtr"));
    director.sysctl("net.ipv6.conf.default.accept_dad=0");
    router.sysctl("net.ipv6.conf.default.accept_dad=0");
    director.ip(
        "link add eth0 index 10 address 02:00:00:00:00:0a mtu 1600 type veth"
            + " peer name eth0 address 02:00:00:00:00:01 netns "
            + router.name());
    for (String address : List.of("192.0.2.1/24", "192.0.2.2/24", "2001:db8::1/64")) {
      router.ip("addr add " + address + " dev eth0");
    }
    router.ip("link set eth0 up");
    director.ip("link set eth0 up");
    makeTheKernelDoubtSoon();
    addressDirector();
  }

  @AfterEach
  void remove() {
    director.close();
  }

  @Test
  void shouldFindBothGatewaysOfTheDefaultRoutes() throws Exception {
    start(AUTO, AUTO);
    PortState first = tracker.ports().get(0);
    assertEquals(Optional.of(GATEWAY), first.gateway());
    assertEquals(Optional.of(GATEWAY6), first.gateway6());
    assertEquals(1600, first.mtu());
    assertEquals(10, first.ifindex());
    assertEquals(DIRECTOR_MAC, first.mac());
    assertTrue(first.up());
    PortState found = await(GatewayTrackerNetnsTest::knowsBothOldMacs);
    assertEquals(Optional.of(GATEWAY), found.gateway());
    assertEquals(Optional.of(GATEWAY6), found.gateway6());
  }

  @Test
  void shouldTellOfTheFirstStateBeforeAnyOther() throws Exception {
    start(new Gateway.Mac(ROUTER_MAC), AUTO);
    PortState first = changes.remove();
    assertEquals("configured", first.gatewayState());
    assertEquals(Optional.of(GATEWAY6), first.gateway6());
    assertEquals(10, first.ifindex());
  }

  @Test
  void shouldFollowTheRoutersMacWithoutAWordFromTheRouter() throws Exception {
    start(AUTO, AUTO);
    await(GatewayTrackerNetnsTest::knowsBothOldMacs);
    router.ip("link set eth0 address " + NEW_ROUTER_MAC);
    await(GatewayTrackerNetnsTest::knowsBothNewMacs);
  }

  @Test
  void shouldKeepTheMacsThroughSilenceOfTheRouter() throws Exception {
    start(AUTO, AUTO);
    await(GatewayTrackerNetnsTest::knowsBothOldMacs);
    router.ip("link set eth0 arp off");
    router.ip("addr flush dev eth0");
    PortState silent =
        await(s -> s.gatewayState().equals("failed") && s.gateway6State().equals("failed"));
    assertTrue(knowsBothOldMacs(silent), silent.toString());
  }

  @Test
  void shouldKeepTheMacsThroughLinkDownAndTakeNewOnesAfterwards() throws Exception {
    start(AUTO, AUTO);
    await(GatewayTrackerNetnsTest::knowsBothOldMacs);
    router.ip("link set eth0 down");
    PortState withoutCarrier = await(s -> !s.up());
    assertTrue(knowsBothOldMacs(withoutCarrier), withoutCarrier.toString());
    director.ip("link set eth0 down");
    await(s -> s.gatewayState().equals("unknown") && s.gateway6State().equals("unknown"));
    assertTrue(knowsBothOldMacs(tracker.ports().get(0)), tracker.ports().toString());
    router.ip("link set eth0 address " + NEW_ROUTER_MAC);
    router.ip("link set eth0 up");
    router.ip("-6 addr replace 2001:db8::1/64 dev eth0");
    director.ip("link set eth0 up");
    addressDirector();
    assertTrue(await(GatewayTrackerNetnsTest::knowsBothNewMacs).up());
  }

  @Test
  void shouldKeepTheGatewayWhenTheRouteIsRemovedAndStillFollowItsMac() throws Exception {
    start(AUTO, AUTO);
    await(GatewayTrackerNetnsTest::knowsBothOldMacs);
    director.ip("route del default");
    director.ip("-6 route del default");
    router.ip("link set eth0 address " + NEW_ROUTER_MAC);
    PortState state = await(GatewayTrackerNetnsTest::knowsBothNewMacs);
    assertEquals(Optional.of(GATEWAY), state.gateway());
    assertEquals(Optional.of(GATEWAY6), state.gateway6());
  }

  @Test
  void shouldSwitchToTheGatewayOfABetterRouteButNeverToASilentOne() throws Exception {
    start(AUTO, AUTO);
    await(GatewayTrackerNetnsTest::knowsBothOldMacs);
    director.ip("route replace default via 192.0.2.99");
    director.ip("route replace default via 192.0.2.2");
    IpAddress second = IpAddress.parse("192.0.2.2");
    PortState switched = await(s -> s.gateway().equals(Optional.of(second)));
    assertEquals(Optional.of(ROUTER_MAC), switched.gatewayMac());
    director.ip("route replace default via 192.0.2.99");
    router.ip("link set eth0 address " + NEW_ROUTER_MAC);
    PortState still = await(GatewayTrackerNetnsTest::knowsBothNewMacs);
    assertEquals(Optional.of(second), still.gateway());
  }

  /** The kernel says that the nexthop is gone, and nothing of the routes that it takes along. */
  @Test
  void shouldSwitchToTheRouteThatIsLeftWhenANexthopTakesTheBetterOneAlong() throws Exception {
    director.ip("nexthop add id 1 via 192.0.2.1 dev eth0");
    director.ip("route del default");
    director.ip("route add default nhid 1 metric 100");
    director.ip("route add default via 192.0.2.2 metric 200");
    start(AUTO, AUTO);
    await(GatewayTrackerNetnsTest::knowsBothOldMacs);
    assertEquals(Optional.of(GATEWAY), tracker.ports().get(0).gateway());
    director.ip("nexthop del id 1");
    await(s -> s.gateway().equals(Optional.of(IpAddress.parse("192.0.2.2"))));
  }

  @Test
  void shouldResolveAConfiguredAddressAndTakeAConfiguredMacInItsPlace() throws Exception {
    IpAddress second = IpAddress.parse("192.0.2.2");
    start(new Gateway.Address(second), new Gateway.Mac(NEW_ROUTER_MAC));
    assertEquals("configured", tracker.ports().get(0).gateway6State());
    assertEquals(Optional.of(NEW_ROUTER_MAC), tracker.ports().get(0).gateway6Mac());
    PortState resolved = await(s -> s.gatewayMac().equals(Optional.of(ROUTER_MAC)));
    assertEquals(Optional.of(second), resolved.gateway());
    tracker.reconfigure(
        new GatewayTrackerSettings(new Gateway.Mac(NEW_ROUTER_MAC), AUTO, true, true));
    PortState swapped =
        await(
            s ->
                s.gatewayState().equals("configured")
                    && s.gateway6Mac().equals(Optional.of(ROUTER_MAC)));
    assertEquals(Optional.of(NEW_ROUTER_MAC), swapped.gatewayMac());
    assertEquals(Optional.of(GATEWAY6), swapped.gateway6());
  }

  @Test
  void shouldKeepTheStateOfAnInterfaceThatVanishesAndTakeItUpAgain() throws Exception {
    start(AUTO, AUTO);
    await(GatewayTrackerNetnsTest::knowsBothOldMacs);
    director.ip("link delete eth0");
    PortState gone = await(s -> !s.up());
    assertTrue(knowsBothOldMacs(gone), gone.toString());
    director.ip("link add eth0 index 11 mtu 1700 type veth peer name peer");
    PortState again = await(s -> s.ifindex() == 11);
    assertEquals(1700, again.mtu());
    assertTrue(knowsBothOldMacs(again), again.toString());
  }

  /** As with fe80::1, which is the gateway on many an interface. */
  @Test
  void shouldComplainOnceOfAnAddressThatOnlyOneInterfaceCanAskFor() throws Exception {
    director.ip("link add eth1 mtu 1000 type veth peer name peer"); // too small for IPv6
    director.ip("link set peer up");
    director.ip("link set eth1 up");
    try (LogLines log = new LogLines(GatewayTracker.class)) {
      startOn(List.of("eth0", "eth1"), AUTO, new Gateway.Address(GATEWAY6));
      await(GatewayTrackerNetnsTest::knowsBothOldMacs);
      router.ip("link set eth0 address " + NEW_ROUTER_MAC); // takes several periods to be noticed
      await(GatewayTrackerNetnsTest::knowsBothNewMacs);
      assertEquals(1, log.at(Level.WARN).size(), log.at(Level.WARN).toString());
    }
  }

  @Test
  void shouldTellOfNothingAfterClose() throws Exception {
    start(AUTO, AUTO);
    await(GatewayTrackerNetnsTest::knowsBothOldMacs);
    tracker.close();
    changes.clear();
    director.ip("link set eth0 down");
    assertTrue(changes.isEmpty());
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals("gateway-tracker")));
  }

  @Test
  void shouldSayWhichInterfacesThereAreWhenOneIsMissing() {
    OsException e =
        assertThrows(OsException.class, () -> startOn(List.of("eth0", "eth9"), AUTO, AUTO));
    assertEquals("no such interface: eth9; there are: lo, eth0", e.getMessage());
  }

  private void start(Gateway gateway, Gateway gateway6) throws Exception {
    startOn(List.of("eth0"), gateway, gateway6);
  }

  private void startOn(List<String> interfaces, Gateway gateway, Gateway gateway6)
      throws Exception {
    tracker =
        director.own(
            new GatewayTracker(
                interfaces, new GatewayTrackerSettings(gateway, gateway6, true, true), PERIOD));
    director
        .open()
        .call(
            () -> {
              tracker.start(changes::add);
              return null;
            });
  }

  /** Seconds in place of minutes; on the director's side only. */
  private void makeTheKernelDoubtSoon() {
    for (String family : List.of("ipv4", "ipv6")) {
      String settings = "net." + family + ".neigh.eth0.";
      director.sysctl(settings + "base_reachable_time_ms=200");
      director.sysctl(settings + "retrans_time_ms=100");
      director.sysctl(settings + "delay_first_probe_time=0");
    }
  }

  private void addressDirector() {
    director.ip("addr replace 192.0.2.10/24 dev eth0");
    director.ip("addr replace 2001:db8::10/64 dev eth0");
    director.ip("route replace default via 192.0.2.1");
    director.ip("-6 route replace default via 2001:db8::1");
  }

  private static boolean knowsBothOldMacs(PortState state) {
    return knowsBoth(state, ROUTER_MAC);
  }

  private static boolean knowsBothNewMacs(PortState state) {
    return knowsBoth(state, NEW_ROUTER_MAC);
  }

  private static boolean knowsBoth(PortState state, MacAddress mac) {
    return state.gatewayMac().equals(Optional.of(mac))
        && state.gateway6Mac().equals(Optional.of(mac));
  }

  /** The first state, from now or the next change on, that is as wanted. */
  private PortState await(Predicate<PortState> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    PortState state = tracker.ports().get(0);
    while (!wanted.test(state)) {
      state = changes.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertNotNull(state, "not within " + SECONDS + " s; last: " + tracker.ports());
    }
    return state;
  }

  private static MacAddress mac(String text) {
    return MacAddress.tryParse(text).orElseThrow();
  }
}
