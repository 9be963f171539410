package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.forwarding.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which neighbours the kernel hands packets to, by its routes. Needs root. */
final class NextHopsTest {
  private static final int ONE = 10;
  private static final int TWO = 12;
  private static final IpAddress DESTINATION = IpAddress.parse("198.51.100.7");
  private static final IpAddress DESTINATION6 = IpAddress.parse("2001:db8:1::7");
  private static final IpAddress OWN = IpAddress.parse("192.0.2.10");
  private static final IpAddress OWN6 = IpAddress.parse("2001:db8::10");
  private static final IpAddress ELSEWHERE = IpAddress.parse("203.0.113.77");

  private ScratchNetns netns;
  private Netlink netlink;

  @BeforeEach
  void lay() throws Exception {
    netns = ScratchNetns.create("os-hops");
    netns.sysctl("net.ipv6.conf.default.accept_dad=0");
    link("one", ONE);
    link("two", TWO);
    netns.ip("addr add 192.0.2.10/24 dev one");
    netns.ip("addr add 2001:db8::10/64 dev one");
    netns.ip("addr add 192.0.3.10/24 dev two");
    netns.ip("addr add 2001:db8:3::10/64 dev two");
    netlink = netns.opened(Netlink::open);
  }

  private void link(String name, int index) {
    netns.ip("link add %s index %d type veth peer name %sp".formatted(name, index, name));
    netns.ip("link set " + name + " up");
    netns.ip("link set " + name + "p up");
  }

  @AfterEach
  void remove() {
    netns.close();
  }

  private Set<NextHop> hops(IpAddress destination, IpAddress source) {
    return Set.copyOf(netlink.nextHops(destination, Optional.of(source)));
  }

  private static NextHop hop(int ifindex, String address) {
    return new NextHop(ifindex, IpAddress.parse(address));
  }

  @Test
  void shouldBeTheGateway() {
    netns.ip("route add 198.51.100.0/24 via 192.0.2.1");
    netns.ip("route add default via 192.0.3.1");
    netns.ip("route add 2001:db8:1::/48 via fe80::1 dev two");
    assertEquals(Set.of(hop(ONE, "192.0.2.1")), hops(DESTINATION, OWN));
    assertEquals(Set.of(hop(TWO, "192.0.3.1")), hops(ELSEWHERE, OWN));
    assertEquals(Set.of(hop(TWO, "fe80::1")), hops(DESTINATION6, OWN6));
  }

  @Test
  void shouldBeTheDestinationItselfOnTheLink() {
    assertEquals(Set.of(hop(ONE, "192.0.2.99")), hops(IpAddress.parse("192.0.2.99"), OWN));
    assertEquals(Set.of(hop(ONE, "2001:db8::99")), hops(IpAddress.parse("2001:db8::99"), OWN6));
  }

  @Test
  void shouldBeAllOfARouteWithSeveral() {
    netns.ip(
        "route add 198.51.100.0/24 nexthop via 192.0.2.1 weight 3 nexthop via 192.0.3.1 nexthop dev"
            + " two");
    assertEquals(
        Set.of(hop(ONE, "192.0.2.1"), hop(TWO, "192.0.3.1"), new NextHop(TWO, DESTINATION)),
        hops(DESTINATION, OWN));
    netns.ip("route add 2001:db8:1::/48 nexthop via 2001:db8::1 nexthop via 2001:db8:3::1");
    assertEquals(
        Set.of(hop(ONE, "2001:db8::1"), hop(TWO, "2001:db8:3::1")), hops(DESTINATION6, OWN6));
    netns.ip("link set one down");
    assertEquals(
        Set.of(hop(TWO, "192.0.3.1"), new NextHop(TWO, DESTINATION)), hops(DESTINATION, OWN));
  }

  @Test
  void shouldBeTheGatewayOfANextHopObject() {
    netns.ip("nexthop add id 7 via 192.0.2.1 dev one");
    netns.ip("nexthop add id 8 via 192.0.3.1 dev two");
    netns.ip("nexthop add id 9 group 7/8");
    netns.ip("route add 198.51.100.0/24 nhid 9");
    assertEquals(Set.of(hop(ONE, "192.0.2.1"), hop(TWO, "192.0.3.1")), hops(DESTINATION, OWN));
  }

  @Test
  void shouldGoByRulesOfTheSource() {
    netns.ip("route add 198.51.100.0/24 via 192.0.2.1");
    netns.ip("route add 198.51.100.0/24 via 192.0.3.1 table 100");
    netns.ip("rule add from 192.0.2.10 lookup 100");
    assertEquals(Set.of(hop(TWO, "192.0.3.1")), hops(DESTINATION, OWN));
    assertEquals(List.of(hop(ONE, "192.0.2.1")), netlink.nextHops(DESTINATION, Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "blackhole", "unreachable", "prohibit"})
  void shouldBeNoneWhereNoRouteLeads(String type) {
    if (!type.isEmpty()) {
      netns.ip("route add " + type + " 198.51.100.0/24");
      netns.ip("-6 route add " + type + " 2001:db8:1::/48");
    }
    assertEquals(Set.of(), hops(DESTINATION, OWN));
    assertEquals(Set.of(), hops(DESTINATION6, OWN6));
    assertEquals(Optional.empty(), netlink.route(DESTINATION));
    assertEquals(Optional.empty(), netlink.route(DESTINATION6));
  }

  @Test
  void shouldBeNoneForTheMachinesOwnAddresses() {
    assertEquals(Set.of(), hops(IpAddress.parse("192.0.3.10"), OWN));
    assertEquals(Set.of(), hops(IpAddress.parse("2001:db8:3::10"), OWN6));
  }

  @Test
  void shouldTellOfChangesToAnyRoute() throws Exception {
    BlockingQueue<NetworkEvent> events = new LinkedBlockingQueue<>();
    netns.opened(() -> NetworkMonitor.open(events::add)).start();
    netns.ip("route add 198.51.100.0/24 via 192.0.2.1");
    await(events, new NetworkEvent.OtherRoutesChanged(IpFamily.V4));
    netns.ip("route del 198.51.100.0/24");
    await(events, new NetworkEvent.OtherRoutesChanged(IpFamily.V4));
    netns.ip("route add blackhole 2001:db8:1::/48");
    await(events, new NetworkEvent.OtherRoutesChanged(IpFamily.V6));
  }

  private static void await(BlockingQueue<NetworkEvent> events, NetworkEvent wanted)
      throws InterruptedException {
    NetworkEvent event = events.poll(20, TimeUnit.SECONDS);
    while (event != null && !event.equals(wanted)) {
      event = events.poll(20, TimeUnit.SECONDS);
    }
    assertTrue(event != null, "no " + wanted);
  }
}
