package io.lbdirector.director;

import static io.lbdirector.os.NeighbourInfo.State.DELAY;
import static io.lbdirector.os.NeighbourInfo.State.FAILED;
import static io.lbdirector.os.NeighbourInfo.State.INCOMPLETE;
import static io.lbdirector.os.NeighbourInfo.State.REACHABLE;
import static io.lbdirector.os.NeighbourInfo.State.STALE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.config.DirectorConfig.Gateway;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.IpFamily;
import io.lbdirector.os.NeighbourInfo;
import io.lbdirector.os.RouteInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class GatewayTrackerHopTest {
  private static final IpAddress GATEWAY = IpAddress.parse("192.0.2.1");
  private static final IpAddress OTHER = IpAddress.parse("192.0.2.2");
  private static final IpAddress GATEWAY6 = IpAddress.parse("fe80::1");
  private static final IpAddress STRANGER = IpAddress.parse("192.0.2.50");
  private static final MacAddress MAC = MacAddress.tryParse("02:00:00:00:00:01").orElseThrow();
  private static final MacAddress NEW_MAC = MacAddress.tryParse("02:00:00:00:00:02").orElseThrow();
  private static final Gateway AUTO = new Gateway.Auto();

  private final GatewayTrackerPace<IpAddress> pace =
      new GatewayTrackerPace<>(Duration.ofSeconds(10));
  private final GatewayTrackerHop hop = new GatewayTrackerHop(AUTO, true, pace);

  @Test
  void shouldKnowNothingWithoutADefaultRoute() {
    hop.routes(List.of());
    hop.neighbour(known(GATEWAY, REACHABLE, MAC));
    assertHop(null, null, "unknown");
    assertEquals(Set.of(), hop.followed());
  }

  @Test
  void shouldNameTheGatewayBeforeItsMacIsKnown() {
    hop.routes(List.of(route(GATEWAY, 0)));
    assertHop(GATEWAY, null, "unknown");
    hop.neighbour(nameless(GATEWAY, INCOMPLETE));
    assertHop(GATEWAY, null, "incomplete");
    hop.neighbour(nameless(GATEWAY, FAILED));
    assertHop(GATEWAY, null, "failed");
  }

  @Test
  void shouldTakeTheMacOfTheDefaultRoutesNextHop() {
    hop.routes(List.of(route(GATEWAY, 0)));
    hop.neighbour(known(STRANGER, REACHABLE, NEW_MAC));
    hop.neighbour(known(GATEWAY, REACHABLE, MAC));
    assertHop(GATEWAY, MAC, "reachable");
  }

  @ParameterizedTest
  @EnumSource(names = {"STALE", "DELAY", "PROBE"})
  void shouldKeepTheMacWhileTheKernelDoubtsIt(NeighbourInfo.State state) {
    useGateway();
    hop.neighbour(known(GATEWAY, state, MAC));
    assertHop(GATEWAY, MAC, state.toString());
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILED", "INCOMPLETE", "NONE"})
  void shouldKeepTheMacWhenTheKernelLostIt(NeighbourInfo.State state) {
    useGateway();
    hop.neighbour(nameless(GATEWAY, state));
    assertHop(GATEWAY, MAC, state.toString());
  }

  @Test
  void shouldKeepTheMacWhenTheKernelForgetsTheNeighbour() {
    useGateway();
    hop.neighbourRemoved(GATEWAY);
    assertHop(GATEWAY, MAC, "unknown");
    hop.neighbourRemoved(STRANGER);
    hop.neighbours(List.of(known(STRANGER, REACHABLE, NEW_MAC)));
    assertHop(GATEWAY, MAC, "unknown");
  }

  @Test
  void shouldTakeANewMacOfTheSameGateway() {
    useGateway();
    hop.neighbour(nameless(GATEWAY, FAILED));
    hop.neighbour(known(GATEWAY, STALE, NEW_MAC));
    assertHop(GATEWAY, NEW_MAC, "stale");
  }

  @Test
  void shouldKeepEverythingWhenTheRouteVanishes() {
    useGateway();
    hop.routes(List.of());
    assertHop(GATEWAY, MAC, "reachable");
    hop.neighbour(known(GATEWAY, DELAY, NEW_MAC));
    assertHop(GATEWAY, NEW_MAC, "delay");
    assertEquals(Set.of(GATEWAY), hop.followed());
  }

  @Test
  void shouldTakeARouteWithoutAGatewayForNone() {
    useGateway();
    hop.routes(List.of(new RouteInfo(IpFamily.V4, 1, Optional.empty(), 0, 254)));
    assertHop(GATEWAY, MAC, "reachable");
    hop.routes(List.of(new RouteInfo(IpFamily.V4, 1, Optional.empty(), 0, 254), route(OTHER, 100)));
    hop.neighbour(known(OTHER, REACHABLE, NEW_MAC));
    assertHop(OTHER, NEW_MAC, "reachable");
  }

  @Test
  void shouldSwitchToANewGatewayOnlyWhenItsMacIsKnown() {
    useGateway();
    hop.routes(List.of(route(OTHER, 0)));
    assertHop(GATEWAY, MAC, "reachable");
    assertEquals(Set.of(GATEWAY, OTHER), hop.followed());
    hop.neighbour(nameless(OTHER, INCOMPLETE));
    hop.neighbour(nameless(OTHER, FAILED));
    hop.neighbour(known(GATEWAY, STALE, MAC));
    assertHop(GATEWAY, MAC, "stale");
    hop.neighbour(known(OTHER, REACHABLE, NEW_MAC));
    assertHop(OTHER, NEW_MAC, "reachable");
    assertEquals(Set.of(OTHER), hop.followed());
    hop.neighbour(known(GATEWAY, REACHABLE, MAC));
    assertHop(OTHER, NEW_MAC, "reachable");
  }

  @Test
  void shouldFollowTheOldGatewaysMacWhileItIsStillInUse() {
    useGateway();
    hop.routes(List.of(route(OTHER, 0)));
    hop.neighbour(known(GATEWAY, REACHABLE, NEW_MAC));
    assertHop(GATEWAY, NEW_MAC, "reachable");
  }

  @Test
  void shouldStayWhenTheRouteComesBackBeforeTheOtherGatewayAnswered() {
    useGateway();
    hop.routes(List.of(route(OTHER, 0)));
    hop.routes(List.of(route(GATEWAY, 0)));
    hop.neighbour(known(OTHER, REACHABLE, NEW_MAC));
    assertHop(GATEWAY, MAC, "reachable");
    assertEquals(Set.of(GATEWAY), hop.followed());
  }

  @Test
  void shouldSwitchAtOnceToAGatewayThatTheKernelKnowsAlready() {
    useGateway();
    hop.routes(List.of(route(OTHER, 0)));
    hop.neighbours(List.of(known(GATEWAY, REACHABLE, MAC), known(OTHER, STALE, NEW_MAC)));
    assertHop(OTHER, NEW_MAC, "stale");
  }

  @Test
  void shouldNameTheNewGatewayIfTheOldOneNeverAnswered() {
    hop.routes(List.of(route(GATEWAY, 0)));
    hop.neighbour(nameless(GATEWAY, FAILED));
    hop.routes(List.of(route(OTHER, 0)));
    assertHop(OTHER, null, "unknown");
  }

  @Test
  void shouldStayWithItsGatewayAmongEquallyGoodOnes() {
    useGateway();
    hop.routes(List.of(route(OTHER, 0), route(GATEWAY, 0)));
    assertEquals(Set.of(GATEWAY), hop.followed());
    hop.routes(List.of(route(OTHER, 0), route(GATEWAY, 1)));
    assertEquals(Set.of(GATEWAY, OTHER), hop.followed());
  }

  @Test
  void shouldUseAnIpv6NextHopOfAnIpv4Route() {
    hop.routes(List.of(route(GATEWAY6, 0)));
    hop.neighbour(known(GATEWAY6, REACHABLE, MAC));
    assertHop(GATEWAY6, MAC, "reachable");
  }

  @Test
  void shouldUseAConfiguredMacWhateverTheKernelKnows() {
    hop.configure(new Gateway.Mac(MAC), true);
    hop.routes(List.of(route(GATEWAY, 0)));
    hop.neighbour(known(GATEWAY, REACHABLE, NEW_MAC));
    assertHop(null, MAC, "configured");
    assertEquals(Set.of(), hop.followed());
  }

  @Test
  void shouldResolveAConfiguredAddressWhateverTheRoutesSay() {
    hop.configure(new Gateway.Address(GATEWAY), true);
    hop.routes(List.of(route(OTHER, 0)));
    hop.neighbour(known(OTHER, REACHABLE, NEW_MAC));
    assertHop(GATEWAY, null, "unknown");
    hop.neighbour(known(GATEWAY, REACHABLE, MAC));
    assertHop(GATEWAY, MAC, "reachable");
  }

  @Test
  void shouldKeepTheOldHopAfterReconfigurationUntilTheNewOneAnswers() {
    hop.configure(new Gateway.Mac(MAC), true);
    hop.configure(new Gateway.Address(OTHER), true);
    assertHop(null, MAC, "configured");
    hop.neighbour(known(OTHER, REACHABLE, NEW_MAC));
    assertHop(OTHER, NEW_MAC, "reachable");
    hop.configure(AUTO, true);
    hop.routes(List.of(route(GATEWAY, 0)));
    assertHop(OTHER, NEW_MAC, "reachable");
    hop.neighbour(known(GATEWAY, REACHABLE, MAC));
    assertHop(GATEWAY, MAC, "reachable");
  }

  @Test
  void shouldKnowNothingOfAFamilyThatIsNotWanted() {
    useGateway();
    hop.configure(AUTO, false);
    hop.routes(List.of(route(GATEWAY, 0)));
    hop.neighbour(known(GATEWAY, REACHABLE, MAC));
    assertHop(null, null, "unknown");
    assertEquals(Set.of(), hop.followed());
    hop.configure(AUTO, true);
    hop.routes(List.of(route(GATEWAY, 0)));
    assertHop(GATEWAY, null, "unknown");
  }

  @ParameterizedTest
  @EnumSource(names = {"STALE", "FAILED", "NONE"})
  void shouldWantAConfirmationSoonWhenInDoubt(NeighbourInfo.State state) {
    useGateway();
    assertEquals(Set.of(GATEWAY), pace.due(hop.followed(), 0));
    hop.neighbour(known(STRANGER, state, MAC));
    hop.neighbour(known(GATEWAY, REACHABLE, MAC));
    assertEquals(Set.of(), pace.due(hop.followed(), seconds(1)));
    hop.neighbour(state == STALE ? known(GATEWAY, state, MAC) : nameless(GATEWAY, state));
    assertEquals(Set.of(GATEWAY), pace.due(hop.followed(), seconds(1)));
  }

  @Test
  void shouldWantAConfirmationSoonWhenForgotten() {
    useGateway();
    pace.due(hop.followed(), 0);
    hop.neighbourRemoved(GATEWAY);
    assertEquals(Set.of(GATEWAY), pace.due(hop.followed(), seconds(1)));
  }

  private void useGateway() {
    hop.routes(List.of(route(GATEWAY, 0)));
    hop.neighbour(known(GATEWAY, REACHABLE, MAC));
  }

  private void assertHop(IpAddress address, MacAddress mac, String state) {
    assertEquals(Optional.ofNullable(address), hop.address());
    assertEquals(Optional.ofNullable(mac), hop.mac());
    assertEquals(state, hop.state());
  }

  private static RouteInfo route(IpAddress gateway, long metric) {
    return new RouteInfo(IpFamily.V4, 1, Optional.of(gateway), metric, 254);
  }

  private static NeighbourInfo known(IpAddress address, NeighbourInfo.State state, MacAddress mac) {
    return new NeighbourInfo(1, address, state, Optional.of(mac));
  }

  private static NeighbourInfo nameless(IpAddress address, NeighbourInfo.State state) {
    return new NeighbourInfo(1, address, state, Optional.empty());
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
