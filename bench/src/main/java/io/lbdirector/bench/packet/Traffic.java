package io.lbdirector.bench.packet;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The packets of a case: one frame, in which addresses differ from flow to flow. Checksums are
 * zero, but for that of an outer header.
 *
 * @param frame of flow 0, from its Ethernet header on
 * @param outerLength bytes behind the Ethernet header that programs may change: 0, or 40
 * @param pairs what differs; one or two
 */
public record Traffic(byte[] frame, int outerLength, List<Pair> pairs) {
  static final int ETHERNET_LENGTH = 14;

  /** IPv4, UDP, GUE and one hop behind the first. */
  static final int OUTER_LENGTH = 20 + 8 + 8 + 4;

  /** Source address of flow 0, or the last four bytes of it: 100.64.0.0, 2001:db8:51::6440:0. */
  static final int CLIENTS = 100 << 24 | 64 << 16;

  static final int CLIENT_PORT = 40_000;
  static final int VIP_PORT = 443;

  private static final int ROUTER = 10 << 24 | 255 << 16 | 1; // 10.255.0.1
  private static final int DIRECTOR = ROUTER + 1;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;
  private static final int IPV4_LENGTH = 20;
  private static final int IPV6_LENGTH = 40;
  private static final int TCP_LENGTH = 20;
  private static final int TCP_QUOTED = 8; // what routers quote at least
  private static final int ICMP_LENGTH = 8;
  private static final int ICMP = 1;
  private static final int TCP = 6;
  private static final int UDP = 17;

  /**
   * Numbers that follow each other, and begin again after the last.
   *
   * @param base of flow 0
   * @param count how many there are, a power of two
   */
  public record Range(int base, int count) {
    public Range {
      if (Integer.bitCount(count) != 1) {
        throw new IllegalArgumentException(count + " numbers: not a power of two");
      }
    }

    static Range only(int number) {
      return new Range(number, 1);
    }

    int of(long flow) {
      return base + (int) (flow & count - 1);
    }
  }

  /**
   * Two numbers of four bytes each in a frame, side by side.
   *
   * @param at offset in the frame
   */
  public record Pair(int at, Range first, Range second) {}

  /**
   * TCP segments with ACK and no payload, to port 443.
   *
   * @param destinations addresses that follow this one, it included
   */
  public static Traffic to(IpAddress destination, int destinations, int flows) {
    return destination.isV4()
        ? ipv4(destination, destinations, flows)
        : ipv6(destination, destinations, flows);
  }

  private static Traffic ipv4(IpAddress destination, int destinations, int flows) {
    ByteBuffer frame = frame(IPV4, IPV4_LENGTH + TCP_LENGTH);
    Pair pair = ipv4(frame, TCP, TCP_LENGTH, flows, destination, destinations);
    return new Traffic(tcp(frame).array(), 0, List.of(pair));
  }

  private static Traffic ipv6(IpAddress destination, int destinations, int flows) {
    ByteBuffer frame = frame(IPV6, IPV6_LENGTH + TCP_LENGTH);
    frame.putInt(6 << 28).putShort((short) TCP_LENGTH).put((byte) TCP).put((byte) 60);
    Pair source = ipv6(frame, IpAddress.parse("2001:db8:51::6440:0"), flows);
    Pair destinationPair = ipv6(frame, destination, destinations);
    return new Traffic(tcp(frame).array(), 0, List.of(source, destinationPair));
  }

  /** A router's word to the VIP that a client cannot be reached: another client in each flow. */
  static Traffic errors(IpAddress vip, int flows) {
    int quoteLength = IPV4_LENGTH + TCP_QUOTED;
    ByteBuffer frame = frame(IPV4, IPV4_LENGTH + ICMP_LENGTH + quoteLength);
    ipv4(frame, ICMP, ICMP_LENGTH + quoteLength, Range.only(ROUTER), Range.only(number(vip)));
    frame.putShort((short) 0x0301).putShort((short) 0).putInt(0); // host unreachable
    Pair quoted = ipv4(frame, TCP, TCP_LENGTH, Range.only(number(vip)), new Range(CLIENTS, flows));
    frame.putShort((short) VIP_PORT).putShort((short) CLIENT_PORT).putInt(0x05060708);
    return new Traffic(frame.array(), 0, List.of(quoted));
  }

  /**
   * Segments to a VIP as a director sends them to a backend.
   *
   * @param hop behind the backend
   */
  static Traffic wrapped(IpAddress backend, IpAddress hop, IpAddress vip, int flows) {
    int innerLength = IPV4_LENGTH + TCP_LENGTH;
    ByteBuffer frame = frame(IPV4, OUTER_LENGTH + innerLength);
    int behindIp = OUTER_LENGTH - IPV4_LENGTH + innerLength;
    ipv4(frame, UDP, behindIp, Range.only(DIRECTOR), Range.only(number(backend)));
    frame.putShort((short) 0x8123).putShort((short) 19_523);
    frame.putShort((short) behindIp).putShort((short) 0);
    frame.put((byte) 2).put((byte) 4).putShort((short) 0); // GUE: two words follow; IPv4 inside
    frame.putShort((short) 0).put((byte) 0).put((byte) 1).put(hop.toBytes());
    Pair inner = ipv4(frame, TCP, TCP_LENGTH, flows, vip, 1);
    return new Traffic(tcp(frame).array(), OUTER_LENGTH, List.of(inner));
  }

  private static Pair ipv4(
      ByteBuffer frame, int protocol, int length, int flows, IpAddress to, int destinations) {
    return ipv4(
        frame, protocol, length, new Range(CLIENTS, flows), new Range(number(to), destinations));
  }

  /** Writes a header; the pair are its addresses. */
  private static Pair ipv4(ByteBuffer frame, int protocol, int length, Range source, Range to) {
    frame.putShort((short) 0x4500).putShort((short) (IPV4_LENGTH + length));
    frame.putShort((short) 0x1234).putShort((short) 0x4000); // id; don't fragment
    frame.put((byte) 60).put((byte) protocol).putShort((short) 0);
    Pair pair = new Pair(frame.position(), source, to);
    frame.putInt(source.base()).putInt(to.base());
    return pair;
  }

  /** Writes an address; the pair are its last eight bytes. */
  private static Pair ipv6(ByteBuffer frame, IpAddress first, int count) {
    frame.put(first.toBytes());
    int at = frame.position() - Long.BYTES;
    return new Pair(
        at, Range.only(frame.getInt(at)), new Range(frame.getInt(at + Integer.BYTES), count));
  }

  private static int number(IpAddress ipv4) {
    return ByteBuffer.wrap(ipv4.toBytes()).getInt();
  }

  private static ByteBuffer frame(int etherType, int length) {
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET_LENGTH + length);
    frame.putShort((short) 0x0200).putInt(2); // 02:00:00:00:00:02, who receives it
    frame.putShort((short) 0x0200).putInt(1); // 02:00:00:00:00:01, the router
    return frame.putShort((short) etherType);
  }

  private static ByteBuffer tcp(ByteBuffer frame) {
    frame.putShort((short) CLIENT_PORT).putShort((short) VIP_PORT);
    frame.putInt(0x01020304).putInt(0x05060708);
    frame.putShort((short) 0x5010).putShort((short) 0xfaf0); // ACK; window
    return frame.putInt(0);
  }

  /** The frame of the packet with that number, counted from 0. */
  public byte[] frameOf(long packet) {
    ByteBuffer copy = ByteBuffer.wrap(frame.clone());
    for (Pair pair : pairs) {
      copy.putInt(pair.at(), pair.first().of(packet));
      copy.putInt(pair.at() + Integer.BYTES, pair.second().of(packet));
    }
    return copy.array();
  }

  /** Offset of the part that no program may change. */
  int innerAt() {
    return ETHERNET_LENGTH + outerLength;
  }
}
