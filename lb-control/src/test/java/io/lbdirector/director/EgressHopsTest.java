package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.director.EgressState.Hop;
import io.lbdirector.director.EgressState.Standing;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.LinkInfo;
import io.lbdirector.os.NeighbourInfo;
import io.lbdirector.os.NeighbourInfo.State;
import io.lbdirector.os.NextHop;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class EgressHopsTest {
  private static final IpAddress GATEWAY = IpAddress.parse("192.0.2.1");
  private static final IpAddress A = IpAddress.parse("10.0.1.1");
  private static final IpAddress B = IpAddress.parse("10.0.1.2");
  private static final IpAddress C = IpAddress.parse("192.0.2.9");
  private static final NextHop VIA_GATEWAY = new NextHop(7, GATEWAY);
  private static final NextHop ON_LINK = new NextHop(7, C);
  private static final Optional<MacAddress> MAC = MacAddress.tryParse("02:00:00:00:00:01");
  private static final Map<IpAddress, List<NextHop>> ROUTES =
      Map.of(A, List.of(VIA_GATEWAY), B, List.of(VIA_GATEWAY), C, List.of(ON_LINK));

  private final EgressHops hops = new EgressHops(Duration.ofSeconds(10));

  private static LinkInfo link(int ifindex, String name, boolean ethernet) {
    return new LinkInfo(ifindex, name, ethernet ? MAC : Optional.empty(), 1500, true, true);
  }

  private static NeighbourInfo neighbour(IpAddress address, State state) {
    boolean known = state != State.INCOMPLETE && state != State.FAILED;
    return new NeighbourInfo(7, address, state, known ? MAC : Optional.empty());
  }

  private void read(NeighbourInfo... neighbours) {
    read(ROUTES, neighbours);
  }

  private void read(Map<IpAddress, List<NextHop>> routes, NeighbourInfo... neighbours) {
    hops.read(
        List.of(link(1, "lo", true), link(7, "eth0", true), link(8, "tun0", false)),
        routes,
        List.of(neighbours));
  }

  private Standing standing(IpAddress address) {
    return hops.state().hops().stream()
        .filter(hop -> hop.address().equals(address))
        .map(Hop::standing)
        .findFirst()
        .orElseThrow();
  }

  private Set<NextHop> due(int atMs) {
    return hops.due(Duration.ofMillis(atMs).toNanos(), Integer.MAX_VALUE);
  }

  @Test
  void shouldTellOfEthernetInterfacesAndEachNextHopOnce() {
    read(neighbour(GATEWAY, State.STALE));
    EgressState state = hops.state();
    assertEquals(Set.of(7), state.links());
    assertEquals(
        List.of(new Hop(GATEWAY, "eth0", Standing.KNOWN, 2), new Hop(C, "eth0", Standing.ASKED, 1)),
        state.hops());
    assertFalse(state.isSettled());
    assertTrue(state.anyKnown());
  }

  @Test
  void shouldTellOfBackendsThatNoRouteLeadsTo() {
    read(Map.of(A, List.of(), B, List.of(VIA_GATEWAY)));
    assertEquals(Set.of(A), hops.state().unrouted());
    read(Map.of(A, List.of(VIA_GATEWAY), B, List.of(VIA_GATEWAY)));
    assertEquals(Set.of(), hops.state().unrouted());
  }

  @Test
  void shouldAskForAllAtOnceThenOnceAPeriodAndSoonerInDoubt() {
    read();
    assertEquals(Set.of(VIA_GATEWAY, ON_LINK), due(0));
    hops.neighbour(neighbour(GATEWAY, State.REACHABLE));
    hops.neighbour(neighbour(C, State.REACHABLE));
    assertEquals(Set.of(), due(9_999));
    hops.neighbour(neighbour(C, State.STALE));
    assertEquals(Set.of(VIA_GATEWAY, ON_LINK), due(10_000));
    hops.neighbour(neighbour(C, State.STALE));
    assertEquals(Set.of(ON_LINK), due(11_000));
    hops.neighbourRemoved(VIA_GATEWAY);
    assertEquals(Set.of(VIA_GATEWAY), due(11_001));
    hops.neighbourRemoved(new NextHop(8, GATEWAY)); // another interface
    assertEquals(Set.of(), due(12_500));
  }

  @Test
  void shouldCallSilentWhatHasFailedUntilItAnswers() {
    read();
    hops.neighbour(neighbour(C, State.INCOMPLETE));
    assertEquals(Standing.ASKED, standing(C));
    hops.neighbour(neighbour(C, State.FAILED));
    assertEquals(Standing.SILENT, standing(C));
    hops.neighbour(neighbour(C, State.INCOMPLETE));
    assertEquals(Standing.SILENT, standing(C));
    hops.neighbour(neighbour(C, State.REACHABLE));
    assertEquals(Standing.KNOWN, standing(C));
    hops.neighbour(neighbour(C, State.INCOMPLETE));
    assertEquals(Standing.ASKED, standing(C));
    hops.refused(ON_LINK);
    assertEquals(Standing.SILENT, standing(C));
    hops.neighbour(neighbour(C, State.PERMANENT));
    hops.refused(ON_LINK);
    assertEquals(Standing.KNOWN, standing(C));
  }

  @Test
  void shouldNotTakeAFailedNeighboursOldMacForAnAnswer() {
    read();
    hops.neighbour(new NeighbourInfo(7, C, State.FAILED, MAC));
    assertEquals(Standing.SILENT, standing(C));
  }

  @Test
  void shouldForgetANeighbourThatIsGoneWhenAllIsReadAgain() {
    read(neighbour(GATEWAY, State.REACHABLE), neighbour(C, State.REACHABLE));
    assertTrue(hops.state().isSettled());
    read(neighbour(GATEWAY, State.REACHABLE));
    assertEquals(Standing.ASKED, standing(C));
    read(Map.of(A, List.of(VIA_GATEWAY)), neighbour(GATEWAY, State.REACHABLE));
    assertEquals(List.of(new Hop(GATEWAY, "eth0", Standing.KNOWN, 1)), hops.state().hops());
  }

  @Test
  void shouldTellOfAChangeOnce() {
    read(neighbour(GATEWAY, State.REACHABLE));
    assertTrue(hops.takeChanged());
    assertFalse(hops.takeChanged());
    hops.neighbour(neighbour(GATEWAY, State.STALE));
    hops.neighbour(neighbour(IpAddress.parse("192.0.2.200"), State.REACHABLE));
    assertFalse(hops.takeChanged());
    hops.neighbour(neighbour(GATEWAY, State.FAILED));
    assertTrue(hops.takeChanged());
  }

  /** However many there are: no more at a time than allowed, and each in its turn. */
  @Test
  void shouldAskForAFewAtATimeAndForgetNone() {
    Map<IpAddress, List<NextHop>> many =
        IntStream.range(1, 251)
            .mapToObj(i -> IpAddress.parse("192.0.2." + i))
            .collect(Collectors.toMap(a -> a, a -> List.of(new NextHop(7, a))));
    read(many);
    for (int round = 0; round < 3; round++) {
      Set<NextHop> asked = new HashSet<>();
      for (int tick = 0; tick < 25; tick++) {
        long now = Duration.ofSeconds(20L * round).toNanos() + tick;
        Set<NextHop> due = hops.due(now, 10);
        assertEquals(10, due.size());
        asked.addAll(due);
      }
      assertEquals(250, asked.size());
      assertEquals(Set.of(), hops.due(Duration.ofSeconds(20L * round + 1).toNanos(), 10));
    }
  }
}
