package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import java.util.Comparator;
import java.util.Optional;

/**
 * One next hop of a default route; a multipath route gives several.
 *
 * @param family of the packets that it routes; a gateway of an IPv4 route may have an IPv6 address
 *     (RFC 8950)
 * @param ifindex output interface
 * @param gateway empty if destinations are taken to be on the link
 * @param metric unsigned 32 bits, the lowest wins
 * @param table routing table; 254 is the main one
 */
public record RouteInfo(
    IpFamily family, int ifindex, Optional<IpAddress> gateway, long metric, int table) {
  static final int MAIN_TABLE = 254;

  /**
   * The better route first: of the main table before any other (an interface of a multi-homed
   * machine often has its default route in a table of its own), then the lower metric.
   */
  public static final Comparator<RouteInfo> PREFERENCE =
      Comparator.comparing((RouteInfo route) -> route.table != MAIN_TABLE)
          .thenComparingLong(RouteInfo::metric)
          .thenComparingInt(RouteInfo::table);
}
