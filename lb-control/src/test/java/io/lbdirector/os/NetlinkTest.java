package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * The kernel's own answers. Needs root. {@code near} has eth0 (index 10); its peer is eth0 (index
 * 20) of {@code far}, with the addresses 192.0.2.1 and 2001:db8::1.
 */
final class NetlinkTest {
  private static final long SECONDS = 20;
  private static final int IFINDEX = 10;
  private static final MacAddress NEAR_MAC = MacAddress.tryParse("02:00:00:00:00:0a").orElseThrow();
  private static final MacAddress FAR_MAC = MacAddress.tryParse("02:00:00:00:00:0b").orElseThrow();

  private final BlockingQueue<NetworkEvent> events = new LinkedBlockingQueue<>();
  private ScratchNetns near;
  private ScratchNetns far;
  private Netlink netlink;
  private NetworkMonitor monitor;

  @BeforeEach
  void lay() throws Exception {
    near = ScratchNetns.create("os-near");
    far = near.own(ScratchNetns.create("os-far"));
    near.sysctl("net.ipv6.conf.default.accept_dad=0");
    far.sysctl("net.ipv6.conf.default.accept_dad=0");
    near.ip(
        "link add eth0 index 10 address 02:00:00:00:00:0a mtu 1600 type veth"
            + " peer name eth0 index 20 address 02:00:00:00:00:0b netns "
            + far.name());
    near.ip("addr add 192.0.2.10/24 dev eth0");
    near.ip("addr add 2001:db8::10/64 dev eth0");
    far.ip("addr add 192.0.2.1/24 dev eth0");
    far.ip("addr add 2001:db8::1/64 dev eth0");
    near.ip("link set eth0 up");
    far.ip("link set eth0 up");
    netlink = near.opened(Netlink::open);
    monitor = near.opened(() -> NetworkMonitor.open(events::add));
  }

  @AfterEach
  void remove() {
    near.close();
  }

  @Test
  void shouldListLinks() {
    LinkInfo eth0 = new LinkInfo(IFINDEX, "eth0", Optional.of(NEAR_MAC), 1600, true, true);
    assertEquals(List.of("lo", "eth0"), netlink.links().stream().map(LinkInfo::name).toList());
    assertEquals(eth0, netlink.links().get(1));
    far.ip("link set eth0 down");
    assertTrue(netlink.links().get(1).adminUp());
    assertTrue(!netlink.links().get(1).carrier());
  }

  @Test
  void shouldListAddresses() {
    near.ip("addr add 192.0.2.20 peer 192.0.2.21/32 dev lo");
    List<AddressInfo> addresses = netlink.addresses();
    for (AddressInfo own :
        List.of(
            new AddressInfo(1, IpAddress.parse("127.0.0.1")),
            new AddressInfo(1, IpAddress.parse("::1")),
            new AddressInfo(1, IpAddress.parse("192.0.2.20")),
            new AddressInfo(IFINDEX, IpAddress.parse("192.0.2.10")),
            new AddressInfo(IFINDEX, IpAddress.parse("2001:db8::10")))) {
      assertTrue(addresses.contains(own), own + " in " + addresses);
    }
    assertEquals(6, addresses.size(), addresses.toString()); // a link-local one too
  }

  @Test
  void shouldTellTheRouteToADestinationWithItsMtu() {
    near.ip("route add 198.51.100.0/24 via 192.0.2.1 mtu 1400");
    near.ip("route add 2001:db8:1::/48 via 2001:db8::1 mtu 1300");
    near.ip("route add 198.51.101.0/24 dev eth0");
    assertEquals(Optional.of(chosen("192.0.2.1", 1400)), routeTo("198.51.100.7"));
    assertEquals(Optional.of(chosen("2001:db8::1", 1300)), routeTo("2001:db8:1::7"));
    assertEquals(
        Optional.of(new ChosenRoute(IFINDEX, Optional.empty(), OptionalInt.empty())),
        routeTo("198.51.101.7"));
    assertEquals(Optional.empty(), routeTo("203.0.113.1"));
    assertEquals(Optional.empty(), routeTo("2001:db8:2::1"));
    near.ip("route add unreachable 203.0.113.0/24");
    assertEquals(Optional.empty(), routeTo("203.0.113.1"));
  }

  private Optional<ChosenRoute> routeTo(String destination) {
    return netlink.route(IpAddress.parse(destination));
  }

  private static ChosenRoute chosen(String gateway, int mtu) {
    return new ChosenRoute(IFINDEX, Optional.of(IpAddress.parse(gateway)), OptionalInt.of(mtu));
  }

  @Test
  void shouldListDefaultRoutesOfBothFamiliesAndEveryKind() {
    near.ip("route add default via 192.0.2.1 metric 50");
    near.ip("route add default metric 60 nexthop via 192.0.2.2 nexthop via 192.0.2.3");
    near.ip("-4 route add default via inet6 fe80::5 dev eth0 table 100");
    near.ip("route add 198.51.100.0/24 via 192.0.2.9");
    near.ip("route add default dev eth0 metric 70");
    near.ip("-6 route add default via fe80::1 dev eth0");
    List<RouteInfo> sorted = netlink.defaultRoutes().stream().sorted(RouteInfo.PREFERENCE).toList();
    assertEquals(
        List.of(
            route(IpFamily.V4, "192.0.2.1", 50, 254),
            route(IpFamily.V4, "192.0.2.2", 60, 254),
            route(IpFamily.V4, "192.0.2.3", 60, 254),
            new RouteInfo(IpFamily.V4, IFINDEX, Optional.empty(), 70, 254),
            route(IpFamily.V6, "fe80::1", 1024, 254),
            route(IpFamily.V4, "fe80::5", 0, 100)),
        sorted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "2001:db8::1"})
  void shouldMakeTheKernelResolveANeighbour(String text) throws Exception {
    IpAddress address = IpAddress.parse(text);
    monitor.start();
    netlink.resolve(IFINDEX, address);
    NeighbourInfo found =
        ((NetworkEvent.NeighbourChanged) await(event -> isKnown(event, address))).neighbour();
    assertEquals(Optional.of(FAR_MAC), found.mac());
    assertEquals(NeighbourInfo.State.REACHABLE, found.state());
    assertTrue(netlink.neighbours().contains(found), netlink.neighbours() + " " + found);
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "2001:db8::1"})
  void shouldMakeTheKernelConfirmAStaleNeighbour(String text) throws Exception {
    IpAddress address = IpAddress.parse(text);
    String family = address.isV4() ? "ipv4" : "ipv6";
    near.sysctl("net." + family + ".neigh.eth0.delay_first_probe_time=1");
    near.ip("neigh add " + text + " lladdr 02:00:00:00:00:0b dev eth0 nud stale");
    monitor.start();
    netlink.resolve(IFINDEX, address);
    NetworkEvent.NeighbourChanged probed =
        (NetworkEvent.NeighbourChanged)
            await(
                event ->
                    isKnown(event, address) && stateOf(event) == NeighbourInfo.State.REACHABLE);
    assertEquals(Optional.of(FAR_MAC), probed.neighbour().mac());
  }

  @Test
  void shouldTellOfANeighbourThatDoesNotAnswerAndOfOneForgotten() throws Exception {
    near.sysctl("net.ipv4.neigh.eth0.retrans_time_ms=50");
    IpAddress nobody = IpAddress.parse("192.0.2.99");
    monitor.start();
    netlink.resolve(IFINDEX, nobody);
    NeighbourInfo failed =
        new NeighbourInfo(IFINDEX, nobody, NeighbourInfo.State.FAILED, Optional.empty());
    await(new NetworkEvent.NeighbourChanged(failed)::equals);
    near.ip("neigh flush all nud failed");
    near.ip("neigh add 192.0.2.98 lladdr 02:00:00:00:00:0c dev eth0 nud permanent");
    near.ip("neigh del 192.0.2.98 dev eth0");
    IpAddress gone = IpAddress.parse("192.0.2.98");
    await(new NetworkEvent.NeighbourRemoved(IFINDEX, gone)::equals);
  }

  @Test
  void shouldTellOfLinksAndRoutes() throws Exception {
    monitor.start();
    near.ip("route add default via 192.0.2.1");
    await(new NetworkEvent.RoutesChanged(IpFamily.V4)::equals);
    near.ip("-6 route add default via 2001:db8::1");
    await(new NetworkEvent.RoutesChanged(IpFamily.V6)::equals);
    near.ip("link set eth0 down");
    await(event -> event instanceof NetworkEvent.LinkChanged e && !e.link().up());
    near.ip("link delete eth0");
    await(event -> event instanceof NetworkEvent.LinkRemoved e && e.link().ifindex() == IFINDEX);
  }

  @Test
  void shouldDeliverWhatHappenedBetweenOpenAndStart() throws Exception {
    near.ip("route add default via 192.0.2.1");
    monitor.start();
    await(new NetworkEvent.RoutesChanged(IpFamily.V4)::equals);
  }

  @Test
  void shouldKeepDeliveringAfterTheListenerThrew() throws Exception {
    near.opened(() -> NetworkMonitor.open(this::noteAndThrow)).start();
    near.ip("route add default via 192.0.2.1");
    await(new NetworkEvent.RoutesChanged(IpFamily.V4)::equals);
    near.ip("-6 route add default via 2001:db8::1");
    await(new NetworkEvent.RoutesChanged(IpFamily.V6)::equals);
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void shouldSurviveAMessageThatCannotBeRead(NetlinkBytes message) throws Exception {
    monitor.start();
    multicast(message);
    await(new NetworkEvent.Resync()::equals);
    near.ip("route add default via 192.0.2.1");
    await(new NetworkEvent.RoutesChanged(IpFamily.V4)::equals);
  }

  @Test
  void shouldReportUnreadableMessagesOnce() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(NetworkMonitor.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      monitor.start();
      for (NetlinkBytes message : unreadable()) {
        multicast(message);
        await(new NetworkEvent.Resync()::equals);
      }
    } finally {
      logger.detachAppender(log);
    }
    assertEquals(
        List.of("[ERROR] netlink message not understood, later ones not logged"),
        log.list.stream().map(Object::toString).toList());
  }

  /** A link, a neighbour and a header, each with a length that does not fit. */
  static List<NetlinkBytes> unreadable() {
    NetlinkBytes link = header(36, LinkCodec.NEW).u32(0).u32(IFINDEX).u32(0).u32(0);
    NetlinkBytes neighbour = header(32, NeighbourCodec.NEW).u32(2).u32(IFINDEX).u32(0);
    return List.of(link.u16(3).u16(3), neighbour.u16(99).u16(1), header(17, LinkCodec.NEW));
  }

  private static NetlinkBytes header(int length, int type) {
    return NetlinkBytes.begin().u32(length).u16(type).u16(0).u32(0).u32(0);
  }

  /** Sends to all who listen to links, as the kernel does, and as root may. */
  private void multicast(NetlinkBytes message) throws Exception {
    NetlinkSocket socket = near.opened(() -> NetlinkSocket.open(0));
    byte[] bytes = new byte[message.build().remaining()];
    message.build().get(bytes);
    byte[] links = Sys.nativeBuffer(12).putShort(0, (short) 16).putInt(8, 1).array();
    long sent = Sys.LIBC.sendto(socket.fd(), bytes, bytes.length, 0, links, links.length);
    Sys.check(sent, "multicast " + message);
  }

  private void noteAndThrow(NetworkEvent event) {
    events.add(event);
    throw new IllegalStateException("thrown by the test");
  }

  @Test
  void shouldAskForResyncWhenTheKernelHadToDropEvents() throws Exception {
    NetworkMonitor small = near.opened(() -> NetworkMonitor.open(events::add, 4096));
    StringBuilder batch = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      batch.append("route replace default via 192.0.2.").append(i % 2 + 1).append('\n');
    }
    near.exec("sh", "-c", "ip -batch - <<'END'\n" + batch + "END\n");
    small.start();
    await(new NetworkEvent.Resync()::equals);
    near.ip("-6 route add default via 2001:db8::1");
    await(new NetworkEvent.RoutesChanged(IpFamily.V6)::equals);
  }

  /**
   * Takes the socket away for a while, as no kernel does, in place of an error that it may give.
   */
  @Test
  void shouldGoOnAndAskForResyncAfterAnyError() throws Exception {
    Descriptors libc = Sys.load(Descriptors.class, "libc.so.6", "");
    NetlinkSocket socket = near.opened(() -> NetlinkSocket.open(NetworkMonitor.GROUPS));
    int kept = libc.dup(socket.fd());
    int noSocket = Sys.LIBC.open("/dev/null", Sys.O_CLOEXEC, 0);
    NetworkMonitor failing = near.own(NetworkMonitor.of(socket, events::add));
    failing.start();
    libc.dup2(noSocket, socket.fd());
    near.ip("route add default via 192.0.2.1");
    await(new NetworkEvent.Resync()::equals);
    libc.dup2(kept, socket.fd());
    Sys.LIBC.close(kept);
    Sys.LIBC.close(noSocket);
    near.ip("-6 route add default via 2001:db8::1");
    await(new NetworkEvent.RoutesChanged(IpFamily.V6)::equals);
  }

  /** Of the C library; public, as jnr-ffi implements it. */
  public interface Descriptors {
    int dup(int fd);

    int dup2(int from, int to);
  }

  @Test
  void shouldEndDeliveryAtClose() {
    monitor.start();
    monitor.close();
    monitor.close();
    near.ip("route add default via 192.0.2.1");
    assertTrue(events.stream().noneMatch(NetworkEvent.RoutesChanged.class::isInstance));
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals("network-monitor")));
  }

  @Test
  void shouldSayWhatCannotBeResolved() {
    OsException e =
        assertThrows(OsException.class, () -> netlink.resolve(4711, IpAddress.parse("192.0.2.1")));
    assertEquals("resolve 192.0.2.1 on interface 4711: ENODEV (19)", e.getMessage());
    netlink.close();
    assertThrows(IllegalStateException.class, netlink::links);
  }

  private static RouteInfo route(IpFamily family, String gateway, long metric, int table) {
    return new RouteInfo(family, IFINDEX, Optional.of(IpAddress.parse(gateway)), metric, table);
  }

  private static boolean isKnown(NetworkEvent event, IpAddress address) {
    return event instanceof NetworkEvent.NeighbourChanged e
        && e.neighbour().address().equals(address)
        && e.neighbour().mac().isPresent();
  }

  private static NeighbourInfo.State stateOf(NetworkEvent event) {
    return ((NetworkEvent.NeighbourChanged) event).neighbour().state();
  }

  private NetworkEvent await(Predicate<NetworkEvent> wanted) throws InterruptedException {
    while (true) {
      NetworkEvent event = events.poll(SECONDS, TimeUnit.SECONDS);
      assertTrue(event != null, "no such event within " + SECONDS + " s");
      if (wanted.test(event)) {
        return event;
      }
    }
  }
}
