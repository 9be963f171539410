package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.PacketCase.ended;
import static io.lbdirector.dataplane.PacketCase.forwarded;
import static io.lbdirector.dataplane.PacketCase.fragment;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.IPIP_OVER6_VIP;
import static io.lbdirector.packet.Actors.IPIP_OVER6_VIP6;
import static io.lbdirector.packet.Actors.IPIP_VIP;
import static io.lbdirector.packet.Actors.IPIP_VIP6;
import static io.lbdirector.packet.Actors.ROUTER;
import static io.lbdirector.packet.Actors.ROUTER6;

import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.packet.Frame;
import java.util.List;
import java.util.stream.Stream;

/** Packets for tables with {@code encapsulation = "ipip"}. */
final class IpipCases {
  private static final byte[] DATA = new byte[100];
  private static final Frame TCP4 = Frame.tcp(CLIENT, 40000, IPIP_VIP, 443, 0x18, DATA);
  private static final Frame TCP6 = Frame.tcp(CLIENT6, 40000, IPIP_VIP6, 443, 0x18, DATA);
  private static final Flow FLOW4 = Flow.tcp(CLIENT, 40000, IPIP_VIP, 443);
  private static final Flow FLOW6 = Flow.tcp(CLIENT6, 40000, IPIP_VIP6, 443);
  private static final Frame OVER6_TCP4 = Frame.tcp(CLIENT, 40000, IPIP_OVER6_VIP, 443, 0x18, DATA);
  private static final Frame OVER6_TCP6 =
      Frame.tcp(CLIENT6, 40000, IPIP_OVER6_VIP6, 443, 0x18, DATA);
  private static final Flow OVER6_FLOW4 = Flow.tcp(CLIENT, 40000, IPIP_OVER6_VIP, 443);
  private static final Flow OVER6_FLOW6 = Flow.tcp(CLIENT6, 40000, IPIP_OVER6_VIP6, 443);
  private static final List<Frame> NONE = List.of();

  private IpipCases() {}

  static List<PacketCase> all() {
    return Stream.of(whole(), fragments(), errors()).flatMap(List::stream).toList();
  }

  private static List<PacketCase> whole() {
    Frame ping = Frame.echoRequest(CLIENT, IPIP_VIP);
    Frame empty = Frame.udp(CLIENT, 40000, IPIP_VIP, 443, new byte[0]);
    return List.of(
        forwarded("ipip: IPv4 over IPv4", TCP4, FLOW4),
        forwarded("ipip: IPv6 over IPv4", TCP6, FLOW6),
        forwarded("ipip: IPv4 over IPv6", OVER6_TCP4, OVER6_FLOW4),
        forwarded("ipip: IPv6 over IPv6", OVER6_TCP6, OVER6_FLOW6),
        forwarded("ipip: empty UDP datagram", empty, Flow.udp(CLIENT, 40000, IPIP_VIP, 443)),
        forwarded("ipip: echo request", ping, new Flow(CLIENT, IPIP_VIP, Frame.ICMP, 0, 0)),
        forwarded("ipip: 802.1Q tag over IPv4", TCP6.withTags(0x8100_0064), FLOW6),
        forwarded(
            "ipip: 802.1ad and 802.1Q tag over IPv6",
            OVER6_TCP4.withTags(0x88a8_0001, 0x8100_0fff),
            OVER6_FLOW4),
        forwarded(
            "ipip: IPv4 options and padding", TCP4.withOptions(new byte[8]).withPadding(5), FLOW4),
        ended(
            "ipip: another port",
            Frame.tcpSyn(CLIENT, 40000, IPIP_VIP, 444),
            Verdict.PASS_NO_BIND));
  }

  private static List<PacketCase> fragments() {
    List<Frame> udp4 = Frame.udp(CLIENT, 40000, IPIP_VIP, 443, DATA).fragments(0x4001, 40, 64);
    List<Frame> udp6 = Frame.udp(CLIENT6, 40000, IPIP_OVER6_VIP6, 443, DATA).fragments(0x4002, 40);
    Flow flow4 = Flow.udp(CLIENT, 40000, IPIP_VIP, 443);
    Flow flow6 = Flow.udp(CLIENT6, 0, IPIP_OVER6_VIP6, 0);
    Frame late = Frame.udp(CLIENT, 40000, IPIP_VIP, 443, DATA).fragments(0x4003, 40).get(1);
    return List.of(
        fragment("ipip: first fragment", NONE, udp4.get(0), flow4),
        fragment("ipip: last fragment, four bytes long", udp4.subList(0, 1), udp4.get(2), flow4),
        ended("ipip: fragment before its first", late, Verdict.DROP_FRAGMENT),
        fragment("ipip: later fragment to a portless VIP over IPv6", NONE, udp6.get(1), flow6));
  }

  private static List<PacketCase> errors() {
    byte[] reply4 = Frame.tcp(IPIP_VIP, 443, CLIENT, 40000, 0x10, DATA).ipPacket();
    byte[] reply6 = Frame.tcp(IPIP_OVER6_VIP6, 443, CLIENT6, 40000, 0x10, DATA).ipPacket();
    return List.of(
        forwarded(
            "ipip: fragmentation needed",
            Frame.icmpError(ROUTER, IPIP_VIP, 3, 4, 1400, reply4),
            FLOW4),
        forwarded(
            "ipip: IPv6 packet too big, over IPv6",
            Frame.icmpError(ROUTER6, IPIP_OVER6_VIP6, 2, 0, 1400, reply6),
            OVER6_FLOW6));
  }
}
