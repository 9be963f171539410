package io.lbdirector.packet;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;

/** Who takes part in the packets of tests. */
public final class Actors {
  public static final IpAddress CLIENT = IpAddress.parse("198.51.100.7");
  public static final IpAddress CLIENT6 = IpAddress.parse("2001:db8:51::7");
  public static final IpAddress VIP = IpAddress.parse("203.0.113.10");
  public static final IpAddress VIP6 = IpAddress.parse("2001:db8:113::10");

  /** VIPs whose table hashes by addresses only. */
  public static final IpAddress PORTLESS_VIP = IpAddress.parse("203.0.113.20");

  public static final IpAddress PORTLESS_VIP6 = IpAddress.parse("2001:db8:113::20");

  /** VIPs whose table has encapsulation = "ipip", over IPv4. */
  public static final IpAddress IPIP_VIP = IpAddress.parse("203.0.113.30");

  public static final IpAddress IPIP_VIP6 = IpAddress.parse("2001:db8:113::30");

  /** The same over IPv6; their table hashes by addresses only. */
  public static final IpAddress IPIP_OVER6_VIP = IpAddress.parse("203.0.113.40");

  public static final IpAddress IPIP_OVER6_VIP6 = IpAddress.parse("2001:db8:113::40");

  /** VIPs whose table goes by the server ids of QUIC. */
  public static final IpAddress QUIC_VIP = IpAddress.parse("203.0.113.50");

  public static final IpAddress QUIC_VIP6 = IpAddress.parse("2001:db8:113::50");

  public static final IpAddress STRANGER = IpAddress.parse("203.0.113.99");
  public static final IpAddress STRANGER6 = IpAddress.parse("2001:db8:113::99");

  /** Somewhere on the way to clients. */
  public static final IpAddress ROUTER = IpAddress.parse("192.0.2.1");

  public static final IpAddress ROUTER6 = IpAddress.parse("2001:db8:2::1");

  public static final IpAddress DIRECTOR = IpAddress.parse("10.0.0.2");
  public static final IpAddress DIRECTOR6 = IpAddress.parse("2001:db8::2");

  public static final MacAddress DIRECTOR_MAC = mac("02:00:00:00:00:02");
  public static final MacAddress GATEWAY_MAC = mac("02:00:00:00:00:01");
  public static final MacAddress GATEWAY6_MAC = mac("02:00:00:00:06:01");

  /** The router on the port that the packet came in by. */
  public static final MacAddress ROUTER_MAC = mac("02:00:00:00:00:11");

  private Actors() {}

  /** IPv4 backend {@code number}, 1 to 254: 10.0.1.{@code number}. */
  public static IpAddress backend(int number) {
    return IpAddress.parse("10.0.1." + number);
  }

  /** IPv6 backend {@code number}, 1 to 254. */
  public static IpAddress backend6(int number) {
    return IpAddress.parse("2001:db8:1::" + Integer.toHexString(number));
  }

  private static MacAddress mac(String text) {
    return MacAddress.tryParse(text).orElseThrow();
  }
}
