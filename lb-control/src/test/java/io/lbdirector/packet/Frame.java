package io.lbdirector.packet;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Builds frames from the inside out: {@code Frame.tcpSyn(CLIENT, 40000, VIP, 443).toBytes()}. Each
 * {@code with} and {@code in} returns a new frame.
 */
public final class Frame {
  public static final int TCP = 6;
  public static final int UDP = 17;
  public static final int ICMP = 1;
  public static final int ICMP6 = 58;
  public static final int ETHERNET_LENGTH = 14;

  private static final int ID = 0x4242;

  private final IpAddress source;
  private final IpAddress destination;
  private final int protocol;
  private final byte[] l4;
  private final int trafficClass;
  private final int fragmentWord; // of IPv4: id, flags, offset
  private final byte[] options;
  private final byte[] padding;
  private final byte[] tags;

  private Frame(
      IpAddress source,
      IpAddress destination,
      int protocol,
      byte[] l4,
      int trafficClass,
      int fragmentWord,
      byte[] options,
      byte[] padding,
      byte[] tags) {
    this.source = source;
    this.destination = destination;
    this.protocol = protocol;
    this.l4 = l4;
    this.trafficClass = trafficClass;
    this.fragmentWord = fragmentWord;
    this.options = options;
    this.padding = padding;
    this.tags = tags;
  }

  /** An IP packet of any protocol; {@code l4} is all that comes behind the IP header. */
  public static Frame ip(IpAddress source, IpAddress destination, int protocol, byte[] l4) {
    byte[] none = {};
    return new Frame(source, destination, protocol, l4, 0, ID << 16, none, none, none);
  }

  public static Frame tcpSyn(IpAddress source, int sourcePort, IpAddress destination, int port) {
    return tcp(source, sourcePort, destination, port, 0x02, new byte[0]);
  }

  /**
   * A TCP segment.
   *
   * @param flags as in the header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16
   */
  public static Frame tcp(
      IpAddress source,
      int sourcePort,
      IpAddress destination,
      int port,
      int flags,
      byte[] payload) {
    ByteBuffer segment = ByteBuffer.allocate(20 + payload.length);
    segment.putShort((short) sourcePort).putShort((short) port);
    segment.putInt(0x01020304).putInt((flags & 0x10) == 0 ? 0 : 0x05060708);
    segment.put((byte) 0x50).put((byte) flags).putShort((short) 64240);
    segment.putShort((short) 0).putShort((short) 0).put(payload);
    segment.putShort(16, checksumL4(source, destination, TCP, segment.array()));
    return ip(source, destination, TCP, segment.array());
  }

  public static Frame udp(
      IpAddress source, int sourcePort, IpAddress destination, int port, byte[] payload) {
    ByteBuffer datagram = ByteBuffer.allocate(8 + payload.length);
    datagram.putShort((short) sourcePort).putShort((short) port);
    datagram.putShort((short) datagram.capacity()).putShort((short) 0).put(payload);
    datagram.putShort(6, checksumL4(source, destination, UDP, datagram.array()));
    return ip(source, destination, UDP, datagram.array());
  }

  /** An ICMP or ICMPv6 message of eight bytes header and {@code payload}. */
  public static Frame icmp(
      IpAddress source, IpAddress destination, int type, int code, byte[] payload) {
    int protocol = source.isV4() ? ICMP : ICMP6;
    ByteBuffer message = ByteBuffer.allocate(8 + payload.length);
    message.put((byte) type).put((byte) code).putShort((short) 0);
    message.putShort((short) 0x1234).putShort((short) 1).put(payload);
    message.putShort(2, checksumIcmp(source, destination, message.array()));
    return ip(source, destination, protocol, message.array());
  }

  /**
   * An ICMP or ICMPv6 error.
   *
   * @param rest the four bytes behind the checksum: the MTU, where the error tells one
   * @param quoted the packet that it is about, or the beginning of it
   */
  public static Frame icmpError(
      IpAddress source, IpAddress destination, int type, int code, int rest, byte[] quoted) {
    int protocol = source.isV4() ? ICMP : ICMP6;
    ByteBuffer message = ByteBuffer.allocate(8 + quoted.length);
    message.put((byte) type).put((byte) code).putShort((short) 0).putInt(rest).put(quoted);
    message.putShort(2, checksumIcmp(source, destination, message.array()));
    return ip(source, destination, protocol, message.array());
  }

  private static short checksumIcmp(IpAddress source, IpAddress destination, byte[] message) {
    return source.isV4() ? checksum(message) : checksumL4(source, destination, ICMP6, message);
  }

  public static Frame echoRequest(IpAddress source, IpAddress destination) {
    return icmp(source, destination, source.isV4() ? 8 : 128, 0, new byte[] {1, 2, 3, 4});
  }

  /** DSCP and ECN: the TOS byte of IPv4, the traffic class of IPv6. */
  public Frame withTrafficClass(int value) {
    return new Frame(
        source, destination, protocol, l4, value, fragmentWord, options, padding, tags);
  }

  /** The 16 bits of flags and offset of the IPv4 header. */
  public Frame withFragmentField(int value) {
    return withFragmentWord(fragmentWord & 0xffff0000 | value);
  }

  /** The identification of the IPv4 header. */
  public Frame withId(int id) {
    return withFragmentWord(id << 16 | fragmentWord & 0xffff);
  }

  private Frame withFragmentWord(int word) {
    return new Frame(source, destination, protocol, l4, trafficClass, word, options, padding, tags);
  }

  /**
   * IPv6 extension headers in front of all that is behind the IPv6 header now; traffic class,
   * padding and tags are to be set after this.
   */
  public Frame withExtensions(Extension... chain) {
    int next = protocol;
    byte[] behind = l4;
    for (int i = chain.length - 1; i >= 0; i--) {
      behind = chain[i].before(next, behind);
      next = chain[i].kind();
    }
    return ip(source, destination, next, behind);
  }

  /**
   * Cuts what is behind the IP header in pieces.
   *
   * @param sizes bytes of all fragments but the last; multiples of eight, if they are to be right
   */
  public List<Frame> fragments(int id, int... sizes) {
    List<Frame> fragments = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= sizes.length; i++) {
      boolean last = i == sizes.length;
      int to = last ? l4.length : from + sizes[i];
      fragments.add(fragment(id, from, to, !last));
      from = to;
    }
    return fragments;
  }

  private Frame fragment(int id, int from, int to, boolean more) {
    Frame piece = ip(source, destination, protocol, Arrays.copyOfRange(l4, from, to));
    return source.isV4()
        ? piece.withId(id).withFragmentField(from / 8 | (more ? 0x2000 : 0))
        : piece.withExtensions(Extension.fragment(id, from / 8, more));
  }

  /** Of a TCP segment, the numbers of its first byte and of the next that it waits for. */
  public Frame withNumbers(int sequence, int acknowledgment) {
    ByteBuffer segment = ByteBuffer.wrap(l4.clone());
    segment.putInt(4, sequence).putInt(8, acknowledgment).putShort(16, (short) 0);
    segment.putShort(16, checksumL4(source, destination, TCP, segment.array()));
    return new Frame(
        source,
        destination,
        protocol,
        segment.array(),
        trafficClass,
        fragmentWord,
        options,
        padding,
        tags);
  }

  /** IPv4 options, a multiple of four bytes. */
  public Frame withOptions(byte[] value) {
    return new Frame(
        source, destination, protocol, l4, trafficClass, fragmentWord, value, padding, tags);
  }

  /** Bytes behind the IP packet that do not belong to it, as short frames have. */
  public Frame withPadding(int bytes) {
    byte[] value = new byte[bytes];
    Arrays.fill(value, (byte) 0xa5);
    return new Frame(
        source, destination, protocol, l4, trafficClass, fragmentWord, options, value, tags);
  }

  /**
   * VLAN tags in front of the packet, the outermost first.
   *
   * @param words protocol (0x8100 or 0x88a8) and tag control information of each
   */
  public Frame withTags(int... words) {
    ByteBuffer value = ByteBuffer.allocate(4 * words.length);
    Arrays.stream(words).forEach(value::putInt);
    return new Frame(
        source,
        destination,
        protocol,
        l4,
        trafficClass,
        fragmentWord,
        options,
        padding,
        value.array());
  }

  /** The frame as a director receives it: from the router, to the director. */
  public byte[] toBytes() {
    return ethernet(Actors.DIRECTOR_MAC, Actors.ROUTER_MAC);
  }

  private byte[] ethernet(MacAddress to, MacAddress from) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.writeBytes(to.toBytes());
    frame.writeBytes(from.toBytes());
    frame.writeBytes(tags);
    frame.writeBytes(
        source.isV4() ? new byte[] {0x08, 0x00} : new byte[] {(byte) 0x86, (byte) 0xdd});
    frame.writeBytes(ipPacket());
    frame.writeBytes(padding);
    return frame.toByteArray();
  }

  /** The IP packet alone. */
  public byte[] ipPacket() {
    return source.isV4() ? ipv4() : ipv6();
  }

  private byte[] ipv4() {
    int header = 20 + options.length;
    ByteBuffer packet = ByteBuffer.allocate(header + l4.length);
    packet.put((byte) (0x40 | header / 4)).put((byte) trafficClass);
    packet.putShort((short) packet.capacity());
    packet.putInt(fragmentWord);
    packet.put((byte) 61).put((byte) protocol).putShort((short) 0);
    packet.put(source.toBytes()).put(destination.toBytes()).put(options);
    packet.putShort(10, checksum(Arrays.copyOf(packet.array(), header)));
    return packet.put(l4).array();
  }

  private byte[] ipv6() {
    ByteBuffer packet = ByteBuffer.allocate(40 + l4.length);
    packet.putInt(6 << 28 | trafficClass << 20 | 0x54321);
    packet.putShort((short) l4.length).put((byte) protocol).put((byte) 61);
    return packet.put(source.toBytes()).put(destination.toBytes()).put(l4).array();
  }

  /** The Internet checksum (RFC 1071) of {@code bytes}. */
  public static short checksum(byte[] bytes) {
    long sum = 0;
    for (int i = 0; i < bytes.length; i += 2) {
      sum += (bytes[i] & 0xff) << 8 | (i + 1 < bytes.length ? bytes[i + 1] & 0xff : 0);
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (short) ~sum;
  }

  private static short checksumL4(
      IpAddress source, IpAddress destination, int protocol, byte[] l4) {
    ByteArrayOutputStream pseudo = new ByteArrayOutputStream();
    pseudo.writeBytes(source.toBytes());
    pseudo.writeBytes(destination.toBytes());
    pseudo.writeBytes(ByteBuffer.allocate(4).putInt(protocol).array());
    pseudo.writeBytes(ByteBuffer.allocate(4).putInt(l4.length).array());
    pseudo.writeBytes(l4);
    return checksum(pseudo.toByteArray());
  }
}
