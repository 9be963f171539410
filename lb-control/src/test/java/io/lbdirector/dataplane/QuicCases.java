package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.PacketCase.forwarded;
import static io.lbdirector.dataplane.PacketCase.fragment;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.QUIC_VIP;
import static io.lbdirector.packet.Actors.QUIC_VIP6;
import static io.lbdirector.packet.Actors.ROUTER;
import static io.lbdirector.packet.Actors.backend;
import static io.lbdirector.packet.QuicFrames.VERSION_1;
import static io.lbdirector.packet.QuicFrames.cut;
import static io.lbdirector.packet.QuicFrames.id;
import static io.lbdirector.packet.QuicFrames.longHeader;
import static io.lbdirector.packet.QuicFrames.shortHeader;

import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Extension;
import io.lbdirector.packet.Frame;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/** Datagrams to a bind with flow = "quic". */
final class QuicCases {
  static final IpAddress SERVER = backend(44);
  private static final int SERVER_ID = 0x012c;
  private static final int NOBODY = 0x2c01; // its bytes the other way round
  private static final int UDP_LENGTH = 14 + 20 + 4; // in a frame
  private static final Flow FLOW4 = Flow.udp(CLIENT, 40000, QUIC_VIP, 443);
  private static final Flow FLOW6 = Flow.udp(CLIENT6, 40000, QUIC_VIP6, 443);
  private static final Frame SHORT4 = shortHeader(CLIENT, 40000, QUIC_VIP, SERVER_ID);
  private static final Frame SHORT6 = shortHeader(CLIENT6, 40000, QUIC_VIP6, SERVER_ID);
  private static final Frame LONG4 = longHeader(CLIENT, 40000, QUIC_VIP, SERVER_ID);

  private QuicCases() {}

  static List<PacketCase> all() {
    return Stream.of(named(), inOtherHeaders(), unnamed(), cutShort(), pieces())
        .flatMap(List::stream)
        .toList();
  }

  /** A datagram over IPv4, which {@link #FLOW4} is the flow of. */
  private static Frame datagram(byte[] payload) {
    return Frame.udp(CLIENT, 40000, QUIC_VIP, 443, payload);
  }

  private static List<PacketCase> named() {
    IpAddress elsewhere = IpAddress.parse("192.0.2.78");
    Flow moved = Flow.udp(elsewhere, 1234, QUIC_VIP, 443);
    return List.of(
        forwarded("QUIC short header", SHORT4, FLOW4).to(SERVER),
        forwarded("QUIC short header over IPv6", SHORT6, FLOW6).to(SERVER),
        forwarded(
                "QUIC short header, the client elsewhere",
                shortHeader(elsewhere, 1234, QUIC_VIP, SERVER_ID),
                moved)
            .to(SERVER),
        forwarded("QUIC long header with an id of the server", LONG4, FLOW4).to(SERVER),
        forwarded(
                "QUIC long header over IPv6",
                longHeader(CLIENT6, 40000, QUIC_VIP6, SERVER_ID),
                FLOW6)
            .to(SERVER),
        forwarded(
                "QUIC long header of an unknown version",
                datagram(longHeader(0x1a2a3a4a, id(SERVER_ID))),
                FLOW4)
            .to(SERVER),
        forwarded(
                "QUIC id of another config rotation",
                datagram(shortHeader(id(0xdf, SERVER_ID), 20)),
                FLOW4)
            .to(SERVER));
  }

  private static List<PacketCase> inOtherHeaders() {
    Extension options = Extension.options(Extension.DESTINATION, 1);
    return List.of(
        forwarded("QUIC with a tag", SHORT4.withTags(0x8100_0064), FLOW4).to(SERVER),
        forwarded("QUIC with two tags over IPv6", SHORT6.withTags(0x88a8_0001, 0x8100_0002), FLOW6)
            .to(SERVER),
        forwarded("QUIC behind IPv4 options", LONG4.withOptions(new byte[8]), FLOW4).to(SERVER),
        forwarded("QUIC behind extension headers", SHORT6.withExtensions(options, options), FLOW6)
            .to(SERVER),
        forwarded(
                "QUIC in a padded frame",
                datagram(shortHeader(id(SERVER_ID), 0)).withPadding(9),
                FLOW4)
            .to(SERVER));
  }

  private static List<PacketCase> unnamed() {
    Frame tcp = Frame.tcp(CLIENT, 40000, QUIC_VIP, 443, 0x18, new byte[40]); // alike, in UDP's eyes
    byte[] negotiation = longHeader(0, id(SERVER_ID));
    return List.of(
        forwarded(
            "QUIC long header with an id of the client",
            longHeader(CLIENT, 40000, QUIC_VIP, NOBODY),
            FLOW4),
        forwarded("QUIC version negotiation", datagram(negotiation), FLOW4),
        forwarded(
            "QUIC short header with an unknown server id",
            shortHeader(CLIENT6, 40000, QUIC_VIP6, NOBODY),
            FLOW6),
        forwarded(
            "QUIC id that says that it names nobody",
            datagram(shortHeader(id(0xe7, SERVER_ID), 20)),
            FLOW4),
        forwarded(
            "TCP to a bind for QUIC",
            tcp.withNumbers(40 << 16, 0x4307_0000 | SERVER_ID),
            Flow.tcp(CLIENT, 40000, QUIC_VIP, 443)));
  }

  private static List<PacketCase> cutShort() {
    byte[] whole = shortHeader(id(SERVER_ID), 0);
    byte[] shortest = cut(id(SERVER_ID), 3);
    byte[] shorter = longHeader(VERSION_1, shortest);
    shorter[5] = 2; // bytes of the id, so that only one of the server's is in it
    Frame empty = datagram(new byte[0]);
    Frame inPadding = Frame.udp(CLIENT, 40000, QUIC_VIP, 443, cut(whole, 3));
    return List.of(
        forwarded("QUIC short header and three bytes", datagram(cut(whole, 4)), FLOW4).to(SERVER),
        forwarded("QUIC short header and two bytes", datagram(cut(whole, 3)), FLOW4),
        forwarded("QUIC id of three bytes", datagram(longHeader(VERSION_1, shortest)), FLOW4)
            .to(SERVER),
        forwarded("QUIC id of two bytes", datagram(shorter), FLOW4),
        forwarded(
            "QUIC id beyond the datagram",
            datagram(cut(longHeader(VERSION_1, id(SERVER_ID)), 13)),
            FLOW4),
        forwarded(
            "QUIC long header cut short",
            datagram(cut(longHeader(VERSION_1, id(SERVER_ID)), 5)),
            FLOW4),
        forwarded("empty datagram to a bind for QUIC", empty, FLOW4),
        forwarded("QUIC id in the padding", inPadding, with(inPadding, 0x2c, 0x9c), FLOW4),
        forwarded("QUIC id behind the UDP datagram", SHORT4, withUdpLength(SHORT4, 11), FLOW4),
        forwarded(
            "QUIC with a UDP length beyond the packet", SHORT4, withUdpLength(SHORT4, 500), FLOW4));
  }

  /** The frame with bytes behind the IP packet that would make a server id of it. */
  private static byte[] with(Frame frame, int... padding) {
    byte[] padded = frame.withPadding(padding.length).toBytes();
    for (int i = 0; i < padding.length; i++) {
      padded[padded.length - padding.length + i] = (byte) padding[i];
    }
    return padded;
  }

  private static byte[] withUdpLength(Frame frame, int length) {
    byte[] changed = frame.toBytes();
    changed[UDP_LENGTH] = (byte) (length >> 8);
    changed[UDP_LENGTH + 1] = (byte) length;
    return changed;
  }

  /**
   * What stands where a whole packet has its UDP header looks like one that names the server: none
   * of it is to be taken for that, also if such a packet came just before.
   */
  private static List<PacketCase> pieces() {
    byte[] alike = shortHeader(id(SERVER_ID), 0);
    ByteBuffer payload = ByteBuffer.allocate(40).position(8);
    payload.putInt(0).putShort((short) 16).putShort((short) 0).put(alike);
    List<Frame> fragments = datagram(payload.array()).fragments(0x77, 16);
    byte[] reply = longHeader(VERSION_1, id(SERVER_ID));
    byte[] fromServer =
        Frame.udp(QUIC_VIP, 443, CLIENT, 40000, cut(reply, SERVER_ID - 20 - 8)).ipPacket();
    return List.of(
        fragment("first fragment of QUIC", List.of(), fragments.get(0), FLOW4).after(SHORT4),
        fragment("later fragment of QUIC", List.of(fragments.get(0)), fragments.get(1), FLOW4),
        forwarded(
                "error about a QUIC packet of the server",
                Frame.icmpError(ROUTER, QUIC_VIP, 3, 4, 40 << 16 | 1400, cut(fromServer, 68)),
                FLOW4)
            .after(SHORT4));
  }
}
