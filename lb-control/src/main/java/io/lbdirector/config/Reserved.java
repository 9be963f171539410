package io.lbdirector.config;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;

/** Addresses that no packet between a client, a director and a backend may carry. */
enum Reserved {
  UNSPECIFIED("unspecified", "0.0.0.0/8", "::/128"),
  LOOPBACK("loopback", "127.0.0.0/8", "::1/128"),
  MULTICAST("multicast", "224.0.0.0/4", "ff00::/8"),
  BROADCAST("broadcast", "255.255.255.255/32", null),
  V4_MAPPED("IPv4-mapped", null, "::ffff:0.0.0.0/96");

  private final String label;
  private final Prefix v4;
  private final Prefix v6;

  Reserved(String label, String v4, String v6) {
    this.label = label;
    this.v4 = v4 == null ? null : parse(v4);
    this.v6 = v6 == null ? null : parse(v6);
  }

  private static Prefix parse(String text) {
    String[] parts = text.split("/");
    return new Prefix(IpAddress.parse(parts[0]), Integer.parseInt(parts[1]));
  }

  /**
   * @throws Values.BadValue if {@code prefix} has such an address
   */
  static void requireUnicast(Prefix prefix) throws Values.BadValue {
    for (Reserved range : values()) {
      Prefix reserved = prefix.address().isV4() ? range.v4 : range.v6;
      if (reserved != null && overlap(reserved, prefix)) {
        String what = prefix.isHost() ? "is " + range.label : "holds " + range.label + " addresses";
        throw new Values.BadValue(what + "; use unicast addresses, as packets carry them");
      }
    }
  }

  private static boolean overlap(Prefix a, Prefix b) {
    return a.length() <= b.length() ? a.contains(b.address()) : b.contains(a.address());
  }
}
