package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.PacketCase.ended;
import static io.lbdirector.dataplane.PacketCase.forwarded;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.PORTLESS_VIP;
import static io.lbdirector.packet.Actors.STRANGER;
import static io.lbdirector.packet.Actors.STRANGER6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;

import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.packet.Extension;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.OuterModel;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whole packets of every kind; {@link PieceCases} has fragments and ICMP errors, {@link QuicCases}
 * has QUIC.
 */
final class PacketCases {
  private static final byte[] DATA = data(100);
  private static final Frame TCP4 = Frame.tcp(CLIENT, 40000, VIP, 443, 0x18, DATA);
  private static final Frame TCP6 = Frame.tcp(CLIENT6, 40000, VIP6, 443, 0x18, DATA);
  private static final Frame UDP4 = Frame.udp(CLIENT, 40000, VIP, 443, DATA);
  private static final Frame UDP6 = Frame.udp(CLIENT6, 40000, VIP6, 443, DATA);
  private static final Frame PING4 = Frame.echoRequest(CLIENT, VIP);
  private static final Frame PING6 = Frame.echoRequest(CLIENT6, VIP6);
  private static final Flow TCP_FLOW4 = Flow.tcp(CLIENT, 40000, VIP, 443);
  private static final Flow TCP_FLOW6 = Flow.tcp(CLIENT6, 40000, VIP6, 443);
  private static final Flow UDP_FLOW4 = Flow.udp(CLIENT, 40000, VIP, 443);
  private static final Flow UDP_FLOW6 = Flow.udp(CLIENT6, 40000, VIP6, 443);
  private static final Flow PING_FLOW4 = new Flow(CLIENT, VIP, Frame.ICMP, 0, 0);
  private static final Flow PING_FLOW6 = new Flow(CLIENT6, VIP6, Frame.ICMP6, 0, 0);
  private static final int NO_NEXT_HEADER = 59;
  private static final Verdict VLAN = Verdict.PASS_VLAN;
  private static final Verdict OPTIONS = Verdict.PASS_OPTIONS;
  private static final Verdict MALFORMED = Verdict.PASS_MALFORMED;
  private static final Verdict NOT_IP = Verdict.PASS_NOT_IP;
  private static final Verdict NO_BIND = Verdict.PASS_NO_BIND;
  private static final Verdict PROTOCOL = Verdict.PASS_PROTOCOL;
  private static final Verdict ICMP = Verdict.PASS_ICMP;

  private PacketCases() {}

  static Stream<PacketCase> all() {
    return Stream.of(
            plain(),
            tags(),
            options(),
            extensions(),
            foreign(),
            malformed(),
            PieceCases.all(),
            IpipCases.all(),
            QuicCases.all())
        .flatMap(List::stream);
  }

  private static byte[] data(int bytes) {
    byte[] data = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      data[i] = (byte) (i * 7 + 1);
    }
    return data;
  }

  private static List<PacketCase> plain() {
    return List.of(
        forwarded("SYN over IPv4", Frame.tcpSyn(CLIENT, 40000, VIP, 443), TCP_FLOW4),
        forwarded("SYN over IPv6", Frame.tcpSyn(CLIENT6, 40000, VIP6, 443), TCP_FLOW6),
        forwarded("TCP data over IPv4", TCP4, TCP_FLOW4),
        forwarded("TCP data over IPv6", TCP6, TCP_FLOW6),
        forwarded("UDP over IPv4", UDP4, UDP_FLOW4),
        forwarded("UDP over IPv6", UDP6, UDP_FLOW6),
        forwarded("empty UDP datagram", Frame.udp(CLIENT, 40000, VIP, 443, new byte[0]), UDP_FLOW4),
        forwarded("echo request over IPv4", PING4, PING_FLOW4),
        forwarded("echo request over IPv6", PING6, PING_FLOW6),
        forwarded(
            "frame padded to 60 bytes",
            Frame.tcp(CLIENT, 40000, VIP, 443, 0x10, new byte[0]).withPadding(6),
            TCP_FLOW4),
        forwarded("IPv6 packet with bytes behind its end", TCP6.withPadding(9), TCP_FLOW6),
        forwarded("TTL 1", TCP4, checked(with(TCP4, 22, 1)), TCP_FLOW4),
        forwarded("hop limit 1", TCP6, with(TCP6, 21, 1), TCP_FLOW6),
        forwarded("wrong checksum of the IPv4 header", TCP4, with(TCP4, 24, 0xee), TCP_FLOW4),
        forwarded("wrong checksum of TCP", TCP4, with(TCP4, 50, 0xee), TCP_FLOW4),
        forwarded("reserved flag of the IPv4 header", TCP4.withFragmentField(0x8000), TCP_FLOW4),
        forwarded("don't fragment", TCP4.withFragmentField(0x4000), TCP_FLOW4),
        forwarded("jumbo frame", Frame.tcp(CLIENT, 40000, VIP, 443, 0x18, data(8_000)), TCP_FLOW4));
  }

  private static List<PacketCase> tags() {
    return List.of(
        forwarded("802.1Q tag", TCP4.withTags(0x8100_0064), TCP_FLOW4),
        forwarded("802.1Q tag before IPv6", UDP6.withTags(0x8100_0064), UDP_FLOW6),
        forwarded("802.1ad tag", UDP4.withTags(0x88a8_0064), UDP_FLOW4),
        forwarded("802.1ad and 802.1Q tag", TCP4.withTags(0x88a8_0001, 0x8100_0fff), TCP_FLOW4),
        forwarded("two 802.1Q tags", TCP6.withTags(0x8100_0001, 0x8100_0002), TCP_FLOW6),
        forwarded("priority tag", TCP4.withTags(0x8100_f000), TCP_FLOW4),
        forwarded("tag and padding", PING4.withTags(0x8100_0064).withPadding(14), PING_FLOW4),
        forwarded(
            "tag, options and padding",
            TCP4.withOptions(new byte[8]).withTags(0x8100_0064).withPadding(3),
            TCP_FLOW4),
        ended("three tags", TCP4.withTags(0x8100_0001, 0x8100_0002, 0x8100_0003), VLAN),
        ended("tag cut short", cut(TCP4.withTags(0x8100_0001, 0x8100_0002), 20), MALFORMED),
        ended("tag before ARP", with(TCP4.withTags(0x8100_0001), 17, 0x06), NOT_IP),
        ended(
            "tagged, to another address",
            Frame.tcpSyn(CLIENT, 1, STRANGER, 443).withTags(0x8100_0001),
            NO_BIND));
  }

  private static List<PacketCase> options() {
    return List.of(
        forwarded("IPv4 options of 4 bytes", TCP4.withOptions(new byte[] {1, 1, 1, 0}), TCP_FLOW4),
        forwarded("IPv4 options of 40 bytes", UDP4.withOptions(new byte[40]), UDP_FLOW4),
        forwarded("echo request with IPv4 options", PING4.withOptions(new byte[12]), PING_FLOW4),
        ended(
            "IPv4 options longer than the packet",
            with(Frame.ip(CLIENT, VIP, Frame.TCP, new byte[20]), 14, 0x4f),
            MALFORMED),
        ended(
            "IPv4 options to another address",
            Frame.tcpSyn(CLIENT, 1, STRANGER, 443).withOptions(new byte[4]),
            NO_BIND));
  }

  private static List<PacketCase> extensions() {
    Extension hops = Extension.options(Extension.HOP_BY_HOP, 0);
    Extension routing = Extension.options(Extension.ROUTING, 2);
    Extension destination = Extension.options(Extension.DESTINATION, 1);
    Extension ah = Extension.authentication(4);
    Extension atomic = Extension.fragment(0x01020304, 0, false);
    Extension longest = Extension.options(Extension.DESTINATION, 255);
    Frame cutShort = Frame.ip(CLIENT6, VIP6, Extension.DESTINATION, new byte[7]);
    Frame beyond =
        Frame.ip(CLIENT6, VIP6, Extension.DESTINATION, new byte[] {6, 2, 0, 0, 0, 0, 0, 0});
    return List.of(
        forwarded("hop-by-hop options", TCP6.withExtensions(hops), TCP_FLOW6),
        forwarded("routing header", TCP6.withExtensions(routing), TCP_FLOW6),
        forwarded("destination options", UDP6.withExtensions(destination), UDP_FLOW6),
        forwarded("authentication header", TCP6.withExtensions(ah), TCP_FLOW6),
        forwarded("atomic fragment", UDP6.withExtensions(atomic), UDP_FLOW6),
        forwarded(
            "all extension headers in their order",
            TCP6.withExtensions(hops, destination, routing, atomic, ah, destination),
            TCP_FLOW6),
        forwarded("eight extension headers", TCP6.withExtensions(chain(8)), TCP_FLOW6),
        ended("nine extension headers", TCP6.withExtensions(chain(9)), OPTIONS),
        forwarded("longest extension header", UDP6.withExtensions(longest), UDP_FLOW6),
        forwarded("echo request behind options", PING6.withExtensions(hops), PING_FLOW6),
        forwarded(
            "tag, extension header and padding",
            UDP6.withExtensions(hops).withTags(0x8100_0007).withPadding(2),
            UDP_FLOW6),
        ended("extension header cut short", cutShort, MALFORMED),
        ended("extension header beyond the packet", beyond, MALFORMED),
        ended("extension header in the padding", beyond.withPadding(40), MALFORMED),
        ended(
            "no next header",
            Frame.ip(CLIENT6, VIP6, NO_NEXT_HEADER, new byte[0]).withExtensions(hops),
            PROTOCOL),
        ended(
            "extension header to another address",
            Frame.tcpSyn(CLIENT6, 1, STRANGER6, 443).withExtensions(hops),
            NO_BIND));
  }

  private static Extension[] chain(int headers) {
    Extension options = Extension.options(Extension.DESTINATION, 0);
    return Collections.nCopies(headers, options).toArray(Extension[]::new);
  }

  private static List<PacketCase> foreign() {
    return List.of(
        ended("ARP", with(TCP4, 13, 0x06), NOT_IP),
        ended("another port", Frame.tcpSyn(CLIENT, 1, VIP, 444), NO_BIND),
        ended("another address", Frame.tcpSyn(CLIENT, 1, STRANGER, 443), NO_BIND),
        ended("another IPv6 address", Frame.tcpSyn(CLIENT6, 1, STRANGER6, 443), NO_BIND),
        ended("destination port 0", Frame.tcpSyn(CLIENT, 1, PORTLESS_VIP, 0), NO_BIND),
        ended("echo request to another address", Frame.echoRequest(CLIENT, STRANGER), NO_BIND),
        ended("echo reply", Frame.icmp(CLIENT, VIP, 0, 0, new byte[8]), ICMP),
        ended("timestamp request", Frame.icmp(CLIENT, VIP, 13, 0, new byte[12]), ICMP),
        ended("redirect", Frame.icmp(CLIENT, VIP, 5, 1, new byte[28]), ICMP),
        ended("source quench", Frame.icmp(CLIENT, VIP, 4, 0, new byte[28]), ICMP),
        ended("neighbour solicitation", Frame.icmp(CLIENT6, VIP6, 135, 0, new byte[16]), ICMP),
        ended("GRE", Frame.ip(CLIENT, VIP, 47, new byte[20]), PROTOCOL),
        ended("ESP over IPv6", Frame.ip(CLIENT6, VIP6, 50, new byte[20]), PROTOCOL),
        ended("ICMPv6 in IPv4", Frame.ip(CLIENT, VIP, 58, new byte[20]), PROTOCOL),
        ended("ICMP in IPv6", Frame.ip(CLIENT6, VIP6, 1, new byte[20]), PROTOCOL));
  }

  private static List<PacketCase> malformed() {
    Frame syn4 = Frame.tcpSyn(CLIENT, 40000, VIP, 443);
    Frame syn6 = Frame.tcpSyn(CLIENT6, 40000, VIP6, 443);
    return List.of(
        ended("another version in an IPv4 header", with(syn4, 14, 0x65), MALFORMED),
        ended("another version in an IPv6 header", with(syn6, 14, 0x40), MALFORMED),
        ended("IPv4 header of 16 bytes", with(syn4, 14, 0x44), MALFORMED),
        ended("total length beyond the frame", with(syn4, 17, 41), MALFORMED),
        ended("total length below the header", with(syn4, 17, 19), MALFORMED),
        ended("total length amid TCP", with(syn4, 17, 39), MALFORMED),
        ended("payload length beyond the frame", with(syn6, 19, 21), MALFORMED),
        ended("payload length amid TCP", with(syn6, 19, 19), MALFORMED),
        ended("IPv4 header cut short", cut(syn4, 33), MALFORMED),
        ended("IPv6 header cut short", cut(syn6, 53), MALFORMED),
        ended("UDP header cut short", Frame.ip(CLIENT, VIP, 17, new byte[7]), MALFORMED),
        ended("ICMP header cut short", Frame.ip(CLIENT, VIP, 1, new byte[7]), MALFORMED),
        ended(
            "UDP header in the padding",
            Frame.ip(CLIENT, VIP, 17, new byte[7]).withPadding(20),
            MALFORMED));
  }

  private static byte[] with(Frame frame, int at, int value) {
    byte[] changed = frame.toBytes();
    changed[at] = (byte) value;
    return changed;
  }

  private static byte[] checked(byte[] frame) {
    OuterModel.setIpv4Checksum(frame, Frame.ETHERNET_LENGTH);
    return frame;
  }

  private static byte[] cut(Frame frame, int bytes) {
    return Arrays.copyOf(frame.toBytes(), bytes);
  }
}
