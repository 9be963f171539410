package io.lbdirector.bench.packet;

import io.lbdirector.abi.Verdict;
import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.forwarding.IpAddress;

/**
 * One kind of traffic, and what the director must do with it.
 *
 * @param name part of file names
 * @param caption for the page
 * @param config that the director serves
 * @param growth bytes that the director puts in front
 */
record PacketCase(
    String name, String caption, byte[] config, Traffic traffic, int growth, Verdict verdict) {
  /** IPv4, UDP, GUE and one hop behind the first. */
  static final int GUE_GROWTH = 20 + 8 + 8 + 4;

  private static final ConfigText ONE_TABLE = new ConfigText(1, 50);

  /** Has no exact bind. */
  private static final IpAddress FOREIGN = IpAddress.parse("203.0.113.254");

  static PacketCase ipv4(String name, int flows, String flowsInWords) {
    return new PacketCase(
        name,
        "IPv4 TCP, " + flowsInWords + " flows, 1 bind",
        ONE_TABLE.afterEdit(0),
        Traffic.to(IpAddress.parse(ConfigText.vip(0)), flows),
        GUE_GROWTH,
        Verdict.TX_FORWARDED);
  }

  static PacketCase ipv6(String name, int flows, String flowsInWords) {
    return new PacketCase(
        name,
        "IPv6 TCP, " + flowsInWords + " flows, 1 bind, backends over IPv4",
        ONE_TABLE.overIpv6(),
        Traffic.to(IpAddress.parse(ConfigText.vip6(0)), flows),
        GUE_GROWTH,
        Verdict.TX_FORWARDED);
  }

  static PacketCase foreign(String name, int flows, String flowsInWords) {
    return new PacketCase(
        name,
        "foreign IPv4 TCP, " + flowsInWords + " flows, to an address without a bind: passed",
        ONE_TABLE.afterEdit(0),
        Traffic.to(FOREIGN, flows),
        0,
        Verdict.PASS_NO_BIND);
  }

  /** To another address than the exact bind's, in the /24 that a range of ports is bound in. */
  static PacketCase wide(String name, int flows, String flowsInWords) {
    return new PacketCase(
        name,
        "IPv4 TCP, " + flowsInWords + " flows, bind of a /24 and 100 ports",
        ONE_TABLE.withWideBind("203.0.113.0/24", "400-499"),
        Traffic.to(FOREIGN, flows),
        GUE_GROWTH,
        Verdict.TX_FORWARDED);
  }

  /**
   * To an address without a bind, while another network has a wide one.
   *
   * @param near whether it is in the same /16
   */
  static PacketCase foreignBesideWide(String name, int flows, String flowsInWords, boolean near) {
    String network = near ? "203.0.112.0/24" : "198.18.0.0/24";
    return new PacketCase(
        name,
        "foreign IPv4 TCP, "
            + flowsInWords
            + " flows: passed, beside a wide bind in "
            + (near ? "the same /16" : "another /16"),
        ONE_TABLE.withWideBind(network, "400-499"),
        Traffic.to(FOREIGN, flows),
        0,
        Verdict.PASS_NO_BIND);
  }

  boolean isForwarded() {
    return verdict == Verdict.TX_FORWARDED;
  }
}
