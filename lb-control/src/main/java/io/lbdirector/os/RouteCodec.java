package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Routes in rtnetlink's terms (include/uapi/linux/rtnetlink.h).
 *
 * <pre>
 * struct rtmsg
 * 0: family (u8) | 1: destination length (u8) | 2: source length (u8) | 3: tos (u8)
 * 4: table (u8) | 5: protocol (u8) | 6: scope (u8) | 7: type (u8) | 8: flags (u32) | length 12
 *
 * struct rtnexthop
 * 0: length (u16) | 2: flags (u8) | 3: weight - 1 (u8) | 4: ifindex (s32) | 8: attributes
 * </pre>
 */
final class RouteCodec {
  static final int NEW = 24;
  static final int DELETE = 25;
  static final int GET = 26;

  /** It takes its routes along, of which the kernel then says nothing (Linux 6.18 still). */
  static final int NEXTHOP_DELETE = 105;

  private static final int HEADER_LENGTH = 12;
  private static final int TABLE = 4;
  private static final int TYPE = 7;
  private static final int FLAGS = 8;
  private static final int TYPE_UNICAST = 1;
  private static final int FLAG_CLONED = 0x200;

  /** Asks for the route itself, with all its next hops, not for what one packet makes of it. */
  private static final int FLAG_FIB_MATCH = 0x2000;

  private static final int HOP_LENGTH = 8;
  private static final int HOP_IFINDEX = 4;
  private static final int HOP_FLAGS = 2;
  private static final int HOP_DEAD = 0x1;

  private static final int RTA_DST = 1;
  private static final int RTA_SRC = 2;
  private static final int RTA_OIF = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_PRIORITY = 6;
  private static final int RTA_METRICS = 8;
  private static final int RTA_MULTIPATH = 9;
  private static final int RTA_TABLE = 15;
  private static final int RTA_VIA = 18;

  /** Of those nested in {@link #RTA_METRICS}. */
  private static final int RTAX_MTU = 2;

  /** {@code struct rtvia} has the address behind its family. */
  private static final int VIA_ADDRESS = 2;

  private RouteCodec() {}

  static NetlinkRequest dump(IpFamily family) {
    NetlinkRequest request = new NetlinkRequest(GET, NetlinkMessage.DUMP, HEADER_LENGTH);
    request.header().put(0, (byte) family.number());
    return request;
  }

  /** Which way the kernel would send to one destination. */
  static NetlinkRequest lookup(IpAddress destination) {
    NetlinkRequest request = new NetlinkRequest(GET, NetlinkMessage.ACK, HEADER_LENGTH);
    request
        .header()
        .put(0, (byte) IpFamily.of(destination).number())
        .put(1, (byte) (destination.length() * Byte.SIZE));
    return request.attribute(RTA_DST, destination.toBytes());
  }

  /**
   * Which route the kernel has for a destination.
   *
   * @param source of the packets, which rules may ask for
   */
  static NetlinkRequest match(IpAddress destination, Optional<IpAddress> source) {
    NetlinkRequest request = lookup(destination);
    request.header().putInt(FLAGS, FLAG_FIB_MATCH);
    source.ifPresent(
        address -> {
          request.header().put(2, (byte) (address.length() * Byte.SIZE));
          request.attribute(RTA_SRC, address.toBytes());
        });
    return request;
  }

  /** Reads the answer to {@link #match}: where packets may go; none if the route leads nowhere. */
  static List<NextHop> parseMatch(ByteBuffer payload, IpAddress destination) {
    if (payload.remaining() < HEADER_LENGTH || payload.get(TYPE) != TYPE_UNICAST) {
      return List.of();
    }
    return hops(NetlinkAttributes.parse(payload, HEADER_LENGTH)).stream()
        .filter(hop -> !hop.dead)
        .map(hop -> new NextHop(hop.ifindex, hop.gateway.orElse(destination)))
        .toList();
  }

  /** Reads the answer to {@link #lookup}; empty if nothing is sent out of an interface. */
  static Optional<ChosenRoute> parseChosen(ByteBuffer payload) {
    NetlinkAttributes attributes = NetlinkAttributes.parse(payload, HEADER_LENGTH);
    OptionalInt ifindex = attributes.integer(RTA_OIF);
    if (ifindex.isEmpty()) {
      return Optional.empty();
    }
    OptionalInt mtu =
        attributes
            .value(RTA_METRICS)
            .map(metrics -> NetlinkAttributes.parse(metrics, 0).integer(RTAX_MTU))
            .orElse(OptionalInt.empty());
    return Optional.of(new ChosenRoute(ifindex.getAsInt(), gateway(attributes), mtu));
  }

  /**
   * The family of the default route that a {@link #NEW} or {@link #DELETE} is about; empty if it is
   * about another route. Cheap: a router with a full table sends many of them.
   */
  static Optional<IpFamily> defaultRouteFamily(ByteBuffer payload) {
    boolean isDefault =
        payload.remaining() >= HEADER_LENGTH
            && payload.get(1) == 0
            && payload.get(2) == 0
            && payload.get(TYPE) == TYPE_UNICAST;
    return isDefault ? routeFamily(payload) : Optional.empty();
  }

  /** The family of the route that a {@link #NEW} or {@link #DELETE} is about; likewise cheap. */
  static Optional<IpFamily> routeFamily(ByteBuffer payload) {
    boolean isRoute =
        payload.remaining() >= HEADER_LENGTH && (payload.getInt(FLAGS) & FLAG_CLONED) == 0;
    return isRoute ? IpFamily.ofNumber(payload.get(0)) : Optional.empty();
  }

  /** The next hops of a default route, in the kernel's order; none for any other route. */
  static List<RouteInfo> parse(ByteBuffer payload) {
    Optional<IpFamily> family = defaultRouteFamily(payload);
    if (family.isEmpty()) {
      return List.of();
    }
    NetlinkAttributes attributes = NetlinkAttributes.parse(payload, HEADER_LENGTH);
    long metric = Integer.toUnsignedLong(attributes.integer(RTA_PRIORITY).orElse(0));
    int table = attributes.integer(RTA_TABLE).orElse(Byte.toUnsignedInt(payload.get(TABLE)));
    List<RouteInfo> routes = new ArrayList<>();
    for (Hop hop : hops(attributes)) {
      routes.add(new RouteInfo(family.get(), hop.ifindex, hop.gateway, metric, table));
    }
    return routes;
  }

  private record Hop(int ifindex, Optional<IpAddress> gateway, boolean dead) {}

  private static List<Hop> hops(NetlinkAttributes attributes) {
    List<Hop> hops = new ArrayList<>();
    attributes
        .integer(RTA_OIF)
        .ifPresent(ifindex -> hops.add(new Hop(ifindex, gateway(attributes), false)));
    attributes.value(RTA_MULTIPATH).ifPresent(value -> addHops(value, hops));
    return hops;
  }

  private static void addHops(ByteBuffer multipath, List<Hop> hops) {
    int at = 0;
    while (multipath.limit() - at >= HOP_LENGTH) {
      int length = Short.toUnsignedInt(multipath.getShort(at));
      if (length < HOP_LENGTH || length > multipath.limit() - at) {
        throw new IllegalArgumentException(
            "netlink next hop of " + length + " bytes at " + at + " of " + multipath.limit());
      }
      ByteBuffer hop = multipath.slice(at, length).order(multipath.order());
      hops.add(
          new Hop(
              hop.getInt(HOP_IFINDEX),
              gateway(NetlinkAttributes.parse(hop, HOP_LENGTH)),
              (hop.get(HOP_FLAGS) & HOP_DEAD) != 0));
      at += NetlinkMessage.align(length);
    }
  }

  private static Optional<IpAddress> gateway(NetlinkAttributes attributes) {
    return attributes.address(RTA_GATEWAY).or(() -> attributes.address(RTA_VIA, VIA_ADDRESS));
  }
}
