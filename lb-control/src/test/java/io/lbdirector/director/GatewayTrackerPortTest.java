package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.config.DirectorConfig.Gateway;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.IpFamily;
import io.lbdirector.os.LinkInfo;
import io.lbdirector.os.NeighbourInfo;
import io.lbdirector.os.RouteInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class GatewayTrackerPortTest {
  private static final IpAddress GATEWAY = IpAddress.parse("192.0.2.1");
  private static final IpAddress GATEWAY6 = IpAddress.parse("fe80::1");
  private static final IpAddress OTHER = IpAddress.parse("192.0.2.2");
  private static final MacAddress OWN = mac("02:00:00:00:00:0a");
  private static final MacAddress NEW_OWN = mac("02:00:00:00:00:0b");
  private static final MacAddress GATEWAY_MAC = mac("02:00:00:00:00:01");
  private static final MacAddress GATEWAY6_MAC = mac("02:00:00:00:00:06");
  private static final LinkInfo ETH0 = new LinkInfo(7, "eth0", Optional.of(OWN), 1500, true, true);
  private static final LinkInfo ETH1 =
      new LinkInfo(8, "eth1", Optional.of(NEW_OWN), 9000, true, true);
  private static final GatewayTrackerSettings BOTH =
      new GatewayTrackerSettings(new Gateway.Auto(), new Gateway.Auto(), true, true);
  private static final List<RouteInfo> ROUTES =
      List.of(
          new RouteInfo(IpFamily.V4, 7, Optional.of(OTHER), 200, 254),
          new RouteInfo(IpFamily.V4, 7, Optional.of(GATEWAY), 100, 254),
          new RouteInfo(IpFamily.V4, 8, Optional.of(OTHER), 0, 254),
          new RouteInfo(IpFamily.V6, 7, Optional.of(GATEWAY6), 1024, 254));
  private static final List<NeighbourInfo> NEIGHBOURS =
      List.of(
          reachable(8, GATEWAY, NEW_OWN),
          reachable(7, GATEWAY, GATEWAY_MAC),
          reachable(7, GATEWAY6, GATEWAY6_MAC));
  private static final PortState FULL = state(7, OWN, 1500, true);

  private final GatewayTrackerPort port =
      new GatewayTrackerPort(ETH0, BOTH, Duration.ofSeconds(10));

  @Test
  void shouldAnswerForItsInterfaceAndBothFamilies() {
    port.read(List.of(ETH1, ETH0), ROUTES, NEIGHBOURS);
    assertEquals(FULL, port.state());
    assertEquals(Set.of(GATEWAY, GATEWAY6), port.due(0));
    assertEquals(Set.of(), port.due(1));
  }

  @Test
  void shouldKeepItsLastStateButNotUpWhenTheInterfaceVanishes() {
    port.read(List.of(ETH0), ROUTES, NEIGHBOURS);
    port.read(List.of(ETH1), List.of(), List.of());
    assertEquals(
        new PortState(
            7,
            "eth0",
            OWN,
            1500,
            false,
            Optional.of(GATEWAY),
            Optional.of(GATEWAY_MAC),
            "unknown",
            Optional.of(GATEWAY6),
            Optional.of(GATEWAY6_MAC),
            "unknown"),
        port.state());
    assertEquals(Set.of(), port.due(0));
  }

  @Test
  void shouldNotTakeAnotherInterfaceWithItsOldIndexForItself() {
    port.read(List.of(ETH0), ROUTES, NEIGHBOURS);
    LinkInfo renamed = new LinkInfo(7, "other", Optional.of(OWN), 1500, true, true);
    port.read(List.of(renamed), ROUTES, List.of(reachable(7, GATEWAY, NEW_OWN)));
    assertEquals(Optional.of(GATEWAY_MAC), port.state().gatewayMac());
    assertFalse(port.state().up());
    assertFalse(port.isAbout(7));
    assertTrue(port.isAbout(ETH0));
  }

  @Test
  void shouldTakeUpTheInterfaceUnderItsNewIndex() {
    port.read(List.of(ETH0), ROUTES, NEIGHBOURS);
    port.read(List.of(), List.of(), List.of());
    port.due(0);
    LinkInfo again = new LinkInfo(17, "eth0", Optional.of(NEW_OWN), 1400, true, true);
    port.read(
        List.of(again),
        List.of(),
        List.of(reachable(17, GATEWAY, GATEWAY_MAC), reachable(17, GATEWAY6, GATEWAY6_MAC)));
    assertEquals(state(17, NEW_OWN, 1400, true), port.state());
    assertEquals(Set.of(GATEWAY, GATEWAY6), port.due(1));
    assertTrue(port.isAbout(17));
  }

  @Test
  void shouldBeUpOnlyWhenSetUpAndWithCarrier() {
    for (boolean adminUp : new boolean[] {true, false}) {
      for (boolean carrier : new boolean[] {true, false}) {
        LinkInfo link = new LinkInfo(7, "eth0", Optional.of(OWN), 1500, adminUp, carrier);
        port.read(List.of(link), ROUTES, NEIGHBOURS);
        assertEquals(state(7, OWN, 1500, adminUp && carrier), port.state());
      }
    }
  }

  @Test
  void shouldAskNothingWhileDownAndAllWhenUpAgain() {
    port.read(List.of(ETH0), ROUTES, NEIGHBOURS);
    assertEquals(2, port.due(0).size());
    port.read(
        List.of(new LinkInfo(7, "eth0", Optional.of(OWN), 1500, true, false)), ROUTES, NEIGHBOURS);
    assertEquals(Set.of(), port.due(Duration.ofMinutes(1).toNanos()));
    port.read(List.of(ETH0), ROUTES, NEIGHBOURS);
    assertEquals(Set.of(GATEWAY, GATEWAY6), port.due(1));
  }

  @Test
  void shouldFollowNeighboursOneByOne() {
    port.read(List.of(ETH0), ROUTES, List.of());
    port.neighbour(reachable(7, GATEWAY, GATEWAY_MAC));
    port.neighbour(reachable(7, GATEWAY6, GATEWAY6_MAC));
    assertEquals(FULL, port.state());
    port.neighbourRemoved(GATEWAY6);
    assertEquals("unknown", port.state().gateway6State());
    assertEquals(Optional.of(GATEWAY6_MAC), port.state().gateway6Mac());
    assertEquals("reachable", port.state().gatewayState());
  }

  @Test
  void shouldTakeOtherSettings() {
    port.read(List.of(ETH0), ROUTES, NEIGHBOURS);
    port.configure(
        new GatewayTrackerSettings(new Gateway.Mac(NEW_OWN), new Gateway.Auto(), true, false));
    PortState state = port.state();
    assertEquals(Optional.empty(), state.gateway());
    assertEquals(Optional.of(NEW_OWN), state.gatewayMac());
    assertEquals("configured", state.gatewayState());
    assertEquals(Optional.empty(), state.gateway6Mac());
    assertEquals("unknown", state.gateway6State());
  }

  @Test
  void shouldRefuseAnInterfaceWithoutAMac() {
    LinkInfo tunnel = new LinkInfo(9, "tun0", Optional.empty(), 1500, true, true);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new GatewayTrackerPort(tunnel, BOTH, Duration.ofSeconds(10)));
    assertEquals("interface tun0 has no Ethernet address; name another one", e.getMessage());
  }

  private static PortState state(int ifindex, MacAddress own, int mtu, boolean up) {
    return new PortState(
        ifindex,
        "eth0",
        own,
        mtu,
        up,
        Optional.of(GATEWAY),
        Optional.of(GATEWAY_MAC),
        "reachable",
        Optional.of(GATEWAY6),
        Optional.of(GATEWAY6_MAC),
        "reachable");
  }

  private static NeighbourInfo reachable(int ifindex, IpAddress address, MacAddress mac) {
    return new NeighbourInfo(ifindex, address, NeighbourInfo.State.REACHABLE, Optional.of(mac));
  }

  private static MacAddress mac(String text) {
    return MacAddress.tryParse(text).orElseThrow();
  }
}
