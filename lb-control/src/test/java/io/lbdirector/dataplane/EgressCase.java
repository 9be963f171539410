package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.VIP;

import io.lbdirector.abi.Verdict;
import io.lbdirector.packet.Frame;
import java.util.List;

/**
 * What becomes of a packet under {@code egress = "fib"}: a line of docs/packets.md.
 *
 * @param before commands that change the world
 */
record EgressCase(String name, Verdict verdict, Way way, List<String> before, Frame frame) {
  /** Bytes of outer headers: IPv4, UDP, GUE without further hops. */
  static final int OVERHEAD = 20 + 8 + 8;

  private static final String BACK = "ip route replace 10.0.1.1 via 10.0.0.1";
  private static final int TAG = 0x8100_0064;

  /** How it leaves. */
  enum Way {
    /** By the interface of the route, which is another. */
    ELSEWHERE,
    /** By the interface that it came in on. */
    BACK,
    /** By that too, as an ICMP error; its route lets 1400 bytes through. */
    TOLD,
    GONE
  }

  static List<EgressCase> all() {
    Frame plain = segment(100);
    Frame tooBig = segment(1400 - OVERHEAD + 1);
    return List.of(
        forwarded("route by another interface", Way.ELSEWHERE, plain),
        forwarded("route by the same interface", Way.BACK, plain, BACK),
        forwarded("802.1Q tag, route by another interface", Way.ELSEWHERE, tagged(plain, TAG)),
        forwarded(
            "two tags and padding, route by another interface",
            Way.ELSEWHERE,
            tagged(plain, 0x88a8_0001, TAG).withPadding(5)),
        forwarded("802.1Q tag, route by the same interface", Way.BACK, tagged(plain, TAG), BACK),
        forwarded("as long as its route takes", Way.ELSEWHERE, segment(1400 - OVERHEAD)),
        new EgressCase(
            "longer than its route takes", Verdict.TX_TOO_BIG, Way.TOLD, List.of(), tooBig),
        dropped(
            "next hop not known",
            Verdict.DROP_NO_NEIGHBOUR,
            plain,
            "ip neigh del 10.9.0.1 dev out0"),
        dropped(
            "next hop does not answer",
            Verdict.DROP_NO_NEIGHBOUR,
            plain,
            "ip neigh replace 10.9.0.1 dev out0 nud failed"),
        dropped("no route", Verdict.DROP_NO_ROUTE, plain, "ip route del 10.0.1.1"),
        dropped("blackhole", Verdict.DROP_NO_ROUTE, plain, "ip route replace blackhole 10.0.1.1"),
        dropped(
            "unreachable", Verdict.DROP_NO_ROUTE, plain, "ip route replace unreachable 10.0.1.1"),
        dropped("prohibited", Verdict.DROP_NO_ROUTE, plain, "ip route replace prohibit 10.0.1.1"),
        dropped(
            "backend is this machine",
            Verdict.DROP_NO_ROUTE,
            plain,
            "ip addr add 10.0.1.1/32 dev lo"),
        dropped(
            "forwarding off on the interface it came in on",
            Verdict.DROP_NO_FORWARDING,
            plain,
            "sysctl -qw net.ipv4.conf.in0.forwarding=0"),
        dropped(
            "route by an interface that lb_egress lacks",
            Verdict.DROP_NO_EGRESS,
            plain,
            "ip link add new0 type veth peer name new0p",
            "ip link set new0 up",
            "ip link set new0p up",
            "ip addr add 10.8.0.2/24 dev new0",
            "ip neigh add 10.8.0.1 lladdr 02:00:00:00:08:01 dev new0",
            "ip route replace 10.0.1.1 via 10.8.0.1"),
        dropped(
            "route that encapsulates",
            Verdict.DROP_NO_EGRESS,
            plain,
            "ip route replace 10.0.1.1 encap ip id 5 dst 10.9.0.1 dev out0"));
  }

  private static EgressCase forwarded(String name, Way way, Frame frame, String... before) {
    return new EgressCase(name, Verdict.TX_FORWARDED, way, List.of(before), frame);
  }

  private static EgressCase dropped(String name, Verdict verdict, Frame frame, String... before) {
    return new EgressCase(name, verdict, Way.GONE, List.of(before), frame);
  }

  /** A segment to the VIP, in an IP packet of {@code length} bytes. */
  private static Frame segment(int length) {
    return Frame.tcp(CLIENT, 40000, VIP, 443, 0x10, new byte[length - 40]);
  }

  private static Frame tagged(Frame frame, int... tags) {
    return frame.withTags(tags);
  }

  @Override
  public String toString() {
    return name;
  }
}
