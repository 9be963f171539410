package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.PacketCase.ended;
import static io.lbdirector.dataplane.PacketCase.forwarded;
import static io.lbdirector.dataplane.PacketCase.fragment;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.DIRECTOR;
import static io.lbdirector.packet.Actors.DIRECTOR6;
import static io.lbdirector.packet.Actors.PORTLESS_VIP;
import static io.lbdirector.packet.Actors.PORTLESS_VIP6;
import static io.lbdirector.packet.Actors.ROUTER;
import static io.lbdirector.packet.Actors.ROUTER6;
import static io.lbdirector.packet.Actors.STRANGER;
import static io.lbdirector.packet.Actors.STRANGER6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Extension;
import io.lbdirector.packet.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Pieces of packets: fragments, and what ICMP errors quote. */
final class PieceCases {
  private static final byte[] DATA = new byte[100];
  private static final Frame UDP4 = Frame.udp(CLIENT, 40000, VIP, 443, DATA);
  private static final Frame UDP6 = Frame.udp(CLIENT6, 40000, VIP6, 443, DATA);
  private static final Frame TCP4 = Frame.tcp(CLIENT, 40000, VIP, 443, 0x18, DATA);
  private static final Flow UDP_FLOW4 = Flow.udp(CLIENT, 40000, VIP, 443);
  private static final Flow UDP_FLOW6 = Flow.udp(CLIENT6, 40000, VIP6, 443);
  private static final Flow TCP_FLOW4 = Flow.tcp(CLIENT, 40000, VIP, 443);
  private static final Flow TCP_FLOW6 = Flow.tcp(CLIENT6, 40000, VIP6, 443);
  private static final Flow PING_FLOW4 = new Flow(CLIENT, VIP, Frame.ICMP, 0, 0);
  private static final Flow PING_FLOW6 = new Flow(CLIENT6, VIP6, Frame.ICMP6, 0, 0);
  private static final Extension OPTIONS = Extension.options(Extension.DESTINATION, 1);
  private static final Frame REPLY4 = Frame.tcp(VIP, 443, CLIENT, 40000, 0x10, DATA);
  private static final Frame REPLY6 = Frame.tcp(VIP6, 443, CLIENT6, 40000, 0x10, DATA);
  private static final List<Frame> NONE = List.of();

  private PieceCases() {}

  static List<PacketCase> all() {
    List<PacketCase> cases = new ArrayList<>();
    cases.addAll(fragmentsByPorts());
    cases.addAll(fragmentsBehindExtensions());
    cases.addAll(fragmentsByAddress());
    cases.addAll(fragmentsNotForwarded());
    cases.addAll(errors4());
    cases.addAll(errors6());
    cases.addAll(errorsNotForwarded());
    return cases;
  }

  private static List<PacketCase> fragmentsByPorts() {
    List<Frame> udp4 = UDP4.fragments(0x1001, 40, 40);
    List<Frame> udp6 = UDP6.fragments(0x1002, 40, 40);
    List<Frame> tcp4 = TCP4.fragments(0x1003, 8);
    Frame tagged = UDP4.fragments(0x1001, 40).get(1).withTags(0x8100_0064);
    return List.of(
        fragment("first fragment over IPv4", NONE, udp4.get(0), UDP_FLOW4),
        fragment("second fragment over IPv4", udp4.subList(0, 1), udp4.get(1), UDP_FLOW4),
        fragment("last fragment over IPv4", udp4.subList(0, 2), udp4.get(2), UDP_FLOW4),
        fragment("first fragment over IPv6", NONE, udp6.get(0), UDP_FLOW6),
        fragment("second fragment over IPv6", udp6.subList(0, 1), udp6.get(1), UDP_FLOW6),
        fragment("last fragment over IPv6", udp6.subList(0, 2), udp6.get(2), UDP_FLOW6),
        fragment("first fragment with eight bytes of TCP", NONE, tcp4.get(0), TCP_FLOW4),
        fragment("rest of that TCP segment", tcp4.subList(0, 1), tcp4.get(1), TCP_FLOW4),
        fragment("later fragment with a tag", udp4.subList(0, 1), tagged, UDP_FLOW4),
        fragment(
            "fragments with IPv4 options",
            List.of(udp4.get(0).withOptions(new byte[4])),
            udp4.get(1).withOptions(new byte[8]),
            UDP_FLOW4),
        ended(
            "fragment before its first over IPv4",
            UDP4.fragments(0x2001, 40).get(1),
            Verdict.DROP_FRAGMENT),
        ended(
            "fragment before its first over IPv6",
            UDP6.fragments(0x2002, 40).get(1),
            Verdict.DROP_FRAGMENT),
        ended(
            "fragment of another datagram",
            udp4.subList(0, 1),
            UDP4.fragments(0x2003, 40).get(1),
            Verdict.DROP_FRAGMENT));
  }

  private static List<PacketCase> fragmentsBehindExtensions() {
    List<Frame> inside = UDP6.withExtensions(OPTIONS).fragments(0x1004, 40);
    Frame portless = Frame.udp(CLIENT6, 40000, PORTLESS_VIP6, 443, DATA);
    List<Frame> portlessInside = portless.withExtensions(OPTIONS).fragments(0x1005, 40);
    List<Frame> around =
        UDP6.fragments(0x1006, 40).stream().map(f -> f.withExtensions(OPTIONS)).toList();
    Flow portlessFlow = Flow.udp(CLIENT6, 40000, PORTLESS_VIP6, 443);
    return List.of(
        fragment("first fragment, options behind its header", NONE, inside.get(0), UDP_FLOW6),
        fragment(
            "second fragment, options in the first",
            inside.subList(0, 1),
            inside.get(1),
            UDP_FLOW6),
        fragment("options before the fragment header", NONE, around.get(0), UDP_FLOW6),
        fragment(
            "second fragment, options before its header",
            around.subList(0, 1),
            around.get(1),
            UDP_FLOW6),
        fragment(
            "second fragment to a portless VIP, options in the first",
            portlessInside.subList(0, 1),
            portlessInside.get(1),
            portlessFlow),
        ended(
            "the same before its first",
            portless.withExtensions(OPTIONS).fragments(0x2004, 40).get(1),
            Verdict.DROP_FRAGMENT),
        ended(
            "fragment of a fragment",
            UDP6.fragments(0x2005, 40).get(0).withExtensions(Extension.fragment(1, 0, true)),
            Verdict.PASS_MALFORMED));
  }

  private static List<PacketCase> fragmentsByAddress() {
    List<Frame> udp4 = Frame.udp(CLIENT, 40000, PORTLESS_VIP, 443, DATA).fragments(0x1007, 40);
    List<Frame> udp6 = Frame.udp(CLIENT6, 40000, PORTLESS_VIP6, 443, DATA).fragments(0x1008, 40);
    Frame other = Frame.udp(CLIENT, 40000, PORTLESS_VIP, 444, DATA).fragments(0x100b, 40).get(0);
    Flow flow4 = Flow.udp(CLIENT, 0, PORTLESS_VIP, 0);
    Flow flow6 = Flow.udp(CLIENT6, 0, PORTLESS_VIP6, 0);
    List<Frame> ping4 = Frame.icmp(CLIENT, VIP, 8, 0, DATA).fragments(0x1009, 40);
    List<Frame> ping6 = Frame.icmp(CLIENT6, VIP6, 128, 0, DATA).fragments(0x100a, 40);
    return List.of(
        fragment("first fragment to a portless VIP", NONE, udp4.get(0), flow4),
        fragment("later fragment to a portless VIP, before its first", NONE, udp4.get(1), flow4),
        fragment("first fragment to another port of a portless VIP", NONE, other, flow4),
        fragment("first fragment to a portless IPv6 VIP", NONE, udp6.get(0), flow6),
        fragment("later fragment to a portless IPv6 VIP", NONE, udp6.get(1), flow6),
        fragment("first fragment of an echo request", NONE, ping4.get(0), PING_FLOW4),
        fragment("later fragment of ICMP", NONE, ping4.get(1), PING_FLOW4),
        fragment("first fragment of an echo request over IPv6", NONE, ping6.get(0), PING_FLOW6),
        fragment("later fragment of ICMPv6", NONE, ping6.get(1), PING_FLOW6));
  }

  private static List<PacketCase> fragmentsNotForwarded() {
    List<Frame> foreign4 = Frame.udp(CLIENT, 1, STRANGER, 443, DATA).fragments(0x3001, 40);
    List<Frame> foreign6 = Frame.udp(CLIENT6, 1, STRANGER6, 443, DATA).fragments(0x3002, 40);
    List<Frame> otherPort = Frame.udp(CLIENT, 1, VIP, 444, DATA).fragments(0x3003, 40);
    Frame tiny4 = Frame.ip(CLIENT, VIP, Frame.UDP, new byte[3]).withFragmentField(0x2000);
    Frame tiny6 =
        Frame.ip(CLIENT6, VIP6, Frame.TCP, new byte[3])
            .withExtensions(Extension.fragment(1, 0, true));
    return List.of(
        ended("first fragment to another address", foreign4.get(0), Verdict.PASS_NO_BIND),
        ended("later fragment to another address", foreign4.get(1), Verdict.PASS_NO_BIND),
        ended("later fragment to another IPv6 address", foreign6.get(1), Verdict.PASS_NO_BIND),
        ended("first fragment to another port", otherPort.get(0), Verdict.PASS_NO_BIND),
        ended(
            "later fragment to another port",
            otherPort.subList(0, 1),
            otherPort.get(1),
            Verdict.PASS_NO_BIND),
        ended("first fragment without ports", tiny4, Verdict.PASS_MALFORMED),
        ended("first fragment without ports over IPv6", tiny6, Verdict.PASS_MALFORMED),
        ended(
            "fragment of GRE",
            Frame.ip(CLIENT, VIP, 47, DATA).withFragmentField(5),
            Verdict.PASS_PROTOCOL),
        ended(
            "first fragment of an ICMP error",
            error4(3, 4, REPLY4.ipPacket()).withFragmentField(0x2000),
            Verdict.PASS_FRAGMENT));
  }

  private static Frame error4(int type, int code, byte[] quoted) {
    return Frame.icmpError(ROUTER, VIP, type, code, 1400, quoted);
  }

  private static Frame error6(int type, int code, byte[] quoted) {
    return Frame.icmpError(ROUTER6, VIP6, type, code, 1400, quoted);
  }

  private static byte[] cut(Frame frame, int bytes) {
    return Arrays.copyOf(frame.ipPacket(), bytes);
  }

  private static List<PacketCase> errors4() {
    byte[] reply = REPLY4.ipPacket();
    Frame datagram = Frame.udp(VIP, 443, CLIENT, 40000, DATA);
    Frame pong = Frame.icmp(VIP, CLIENT, 0, 0, DATA);
    return List.of(
        forwarded("network unreachable", error4(3, 0, reply), TCP_FLOW4),
        forwarded("port unreachable, of UDP", error4(3, 3, datagram.ipPacket()), UDP_FLOW4),
        forwarded("fragmentation needed", error4(3, 4, reply), TCP_FLOW4),
        forwarded("administratively prohibited", error4(3, 13, reply), TCP_FLOW4),
        forwarded("unreachable with an unknown code", error4(3, 200, reply), TCP_FLOW4),
        forwarded("time exceeded", error4(11, 0, reply), TCP_FLOW4),
        forwarded("parameter problem", error4(12, 0, reply), TCP_FLOW4),
        forwarded("quote of eight bytes of TCP", error4(3, 4, cut(REPLY4, 28)), TCP_FLOW4),
        forwarded(
            "quote with IPv4 options",
            error4(3, 4, REPLY4.withOptions(new byte[12]).ipPacket()),
            TCP_FLOW4),
        forwarded("quote of an echo reply", error4(3, 1, pong.ipPacket()), PING_FLOW4),
        forwarded(
            "quote of a first fragment",
            error4(3, 4, datagram.fragments(1, 40).get(0).ipPacket()),
            UDP_FLOW4),
        forwarded(
            "error with tag, options and padding",
            error4(3, 4, reply).withOptions(new byte[4]).withTags(0x8100_0064).withPadding(5),
            TCP_FLOW4));
  }

  private static List<PacketCase> errors6() {
    byte[] reply = REPLY6.ipPacket();
    Frame datagram = Frame.udp(VIP6, 443, CLIENT6, 40000, DATA);
    Frame pong = Frame.icmp(VIP6, CLIENT6, 129, 0, DATA);
    byte[] behind = REPLY6.withExtensions(OPTIONS).ipPacket();
    byte[] first = datagram.fragments(1, 40).get(0).ipPacket();
    return List.of(
        forwarded("IPv6 destination unreachable", error6(1, 4, datagram.ipPacket()), UDP_FLOW6),
        forwarded("IPv6 packet too big", error6(2, 0, reply), TCP_FLOW6),
        forwarded("IPv6 time exceeded", error6(3, 0, reply), TCP_FLOW6),
        forwarded("IPv6 parameter problem", error6(4, 1, reply), TCP_FLOW6),
        forwarded("IPv6 quote of eight bytes of TCP", error6(2, 0, cut(REPLY6, 48)), TCP_FLOW6),
        forwarded("IPv6 quote with extension headers", error6(2, 0, behind), TCP_FLOW6),
        forwarded("IPv6 quote of an echo reply", error6(1, 0, pong.ipPacket()), PING_FLOW6),
        forwarded("IPv6 quote of a first fragment", error6(2, 0, first), UDP_FLOW6),
        forwarded(
            "error behind an extension header",
            error6(2, 0, reply).withExtensions(OPTIONS),
            TCP_FLOW6));
  }

  private static List<PacketCase> errorsNotForwarded() {
    Frame later4 = Frame.udp(VIP, 443, CLIENT, 40000, DATA).fragments(1, 40).get(1);
    Frame later6 = Frame.udp(VIP6, 443, CLIENT6, 40000, DATA).fragments(1, 40).get(1);
    return List.of(
        quote("quote of a later fragment", later4.ipPacket()),
        quote("quote of a packet from another address", from(STRANGER)),
        quote("quote of a packet to the VIP", Frame.tcpSyn(CLIENT, 40000, VIP, 443).ipPacket()),
        quote("quote of three bytes behind IP", cut(REPLY4, 23)),
        quote("quote amid the IP header", cut(REPLY4, 19)),
        quote("error without a quote", new byte[0]),
        quote("quote of GRE", Frame.ip(VIP, CLIENT, 47, DATA).ipPacket()),
        quote("quote of an echo request", Frame.echoRequest(VIP, CLIENT).ipPacket()),
        quote("quote of IPv6 in an IPv4 error", REPLY6.ipPacket()),
        ended(
            "quote in the padding",
            error4(3, 4, cut(REPLY4, 20)).withPadding(8),
            Verdict.PASS_QUOTE),
        ended(
            "IPv6 quote of a later fragment", error6(2, 0, later6.ipPacket()), Verdict.PASS_QUOTE),
        ended(
            "quote of a port without a bind",
            error4(3, 4, Frame.tcp(VIP, 444, CLIENT, 40000, 0x10, DATA).ipPacket()),
            Verdict.PASS_NO_BIND),
        ended(
            "error to another address",
            Frame.icmpError(ROUTER, STRANGER, 3, 4, 1400, from(STRANGER)),
            Verdict.PASS_NO_BIND),
        ended(
            "too big, of what was sent to a backend",
            Frame.icmpError(ROUTER, DIRECTOR, 3, 4, 1400, sent(DIRECTOR, Actors.backend(1))),
            Verdict.PASS_NARROW),
        ended(
            "too big, of what was sent to an IPv6 backend",
            Frame.icmpError(ROUTER6, DIRECTOR6, 2, 0, 1400, sent(DIRECTOR6, Actors.backend6(1))),
            Verdict.PASS_NARROW),
        ended(
            "unreachable, of what was sent to a backend",
            Frame.icmpError(ROUTER, DIRECTOR, 3, 1, 0, sent(DIRECTOR, Actors.backend(1))),
            Verdict.PASS_NO_BIND));
  }

  private static PacketCase quote(String name, byte[] quoted) {
    return ended(name, error4(3, 4, quoted), Verdict.PASS_QUOTE);
  }

  /** The outer headers are all that matters. */
  private static byte[] sent(IpAddress director, IpAddress backend) {
    return Frame.udp(director, 0x9000, backend, Abi.GUE_PORT, DATA).ipPacket();
  }

  private static byte[] from(IpAddress source) {
    return Frame.tcp(source, 443, CLIENT, 40000, 0x10, DATA).ipPacket();
  }
}
