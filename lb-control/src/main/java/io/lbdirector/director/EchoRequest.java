package io.lbdirector.director;

import io.lbdirector.abi.GueLayout;
import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;

/**
 * An ICMP or ICMPv6 echo request in GUE: the payload of a UDP datagram to a backend.
 *
 * @param from inner source: where the reply goes
 * @param vip inner destination, of the same family
 * @param identifier 0 to 65535; sequence likewise
 * @param payload comes back as it is
 */
record EchoRequest(IpAddress from, IpAddress vip, int identifier, int sequence, byte[] payload) {
  private static final int IPV4_LENGTH = 20;
  private static final int IPV6_LENGTH = 40;
  private static final int ICMP_LENGTH = 8;
  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;
  private static final byte ECHO = 8;
  private static final byte ECHO6 = (byte) 128;
  private static final byte TTL = 64;
  private static final short DONT_FRAGMENT = 0x4000;

  /**
   * @param outerV4 whether the backend's address is of IPv4
   */
  byte[] encode(boolean outerV4) {
    boolean v4 = vip.isV4();
    int icmp = ICMP_LENGTH + payload.length;
    int length = GueLayout.LENGTH + (v4 ? IPV4_LENGTH : IPV6_LENGTH) + icmp;
    ByteBuffer packet = GueLayout.put(ByteBuffer.allocate(length), v4, outerV4);
    if (v4) {
      putIpv4(packet, icmp);
    } else {
      putIpv6(packet, icmp);
    }
    putEcho(packet, v4);
    return packet.array();
  }

  private void putIpv4(ByteBuffer packet, int length) {
    int start = packet.position();
    packet.put((byte) 0x45).put((byte) 0).putShort((short) (IPV4_LENGTH + length));
    packet.putShort((short) 0).putShort(DONT_FRAGMENT);
    packet.put(TTL).put((byte) ICMP).putShort((short) 0);
    packet.put(from.toBytes()).put(vip.toBytes());
    packet.putShort(start + 10, checksum(sum(packet, start, IPV4_LENGTH)));
  }

  private void putIpv6(ByteBuffer packet, int length) {
    packet.putInt(6 << 28).putShort((short) length).put((byte) ICMPV6).put(TTL);
    packet.put(from.toBytes()).put(vip.toBytes());
  }

  /** The checksum of ICMPv6 covers addresses, length and protocol too (RFC 4443, 2.3). */
  private void putEcho(ByteBuffer packet, boolean v4) {
    int start = packet.position();
    packet.put(v4 ? ECHO : ECHO6).put((byte) 0).putShort((short) 0);
    packet.putShort((short) identifier).putShort((short) sequence).put(payload);
    int length = packet.position() - start;
    long sum = sum(packet, start, length);
    if (!v4) {
      sum += length + ICMPV6 + sum(packet, start - 2 * vip.length(), 2 * vip.length());
    }
    packet.putShort(start + 2, checksum(sum));
  }

  /** Of 16-bit words; an odd last byte is the first of a word. */
  private static long sum(ByteBuffer packet, int start, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      int unsigned = packet.get(start + i) & 0xff;
      sum += i % 2 == 0 ? unsigned << Byte.SIZE : unsigned;
    }
    return sum;
  }

  /** RFC 1071. */
  private static short checksum(long sum) {
    long folded = sum;
    while (folded > 0xffff) {
      folded = (folded & 0xffff) + (folded >> Short.SIZE);
    }
    return (short) ~folded;
  }
}
