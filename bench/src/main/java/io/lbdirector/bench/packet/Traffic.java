package io.lbdirector.bench.packet;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;

/**
 * The packets of a case: one frame, whose source address differs from flow to flow.
 *
 * @param frame a TCP segment with ACK and no payload, from its Ethernet header on; its checksums
 *     are zero
 * @param sourceAt offset in the frame of the last four bytes of the source address
 * @param flows distinct source addresses, a power of two
 */
record Traffic(byte[] frame, int sourceAt, int flows) {
  static final int ETHERNET_LENGTH = 14;

  /** Last four bytes of the source address of flow 0: 100.64.0.0, or 2001:db8:51::6440:0. */
  static final int SOURCE_BASE = 100 << 24 | 64 << 16;

  private static final int IPV4_LENGTH = 20;
  private static final int IPV6_LENGTH = 40;
  private static final int TCP_LENGTH = 20;
  private static final int TCP = 6;

  Traffic {
    if (Integer.bitCount(flows) != 1) {
      throw new IllegalArgumentException(flows + " flows: not a power of two");
    }
  }

  /** Segments to an address's port 443. */
  static Traffic to(IpAddress destination, int flows) {
    return destination.isV4() ? ipv4(destination, flows) : ipv6(destination, flows);
  }

  private static Traffic ipv4(IpAddress destination, int flows) {
    ByteBuffer frame = frame(0x0800, IPV4_LENGTH);
    frame.putShort((short) 0x4500).putShort((short) (IPV4_LENGTH + TCP_LENGTH));
    frame.putShort((short) 0x1234).putShort((short) 0x4000); // id; don't fragment
    frame.put((byte) 60).put((byte) TCP).putShort((short) 0);
    int sourceAt = frame.position();
    frame.putInt(SOURCE_BASE).put(destination.toBytes());
    return new Traffic(withTcp(frame), sourceAt, flows);
  }

  private static Traffic ipv6(IpAddress destination, int flows) {
    ByteBuffer frame = frame(0x86dd, IPV6_LENGTH);
    frame.putInt(6 << 28).putShort((short) TCP_LENGTH).put((byte) TCP).put((byte) 60);
    frame.put(IpAddress.parse("2001:db8:51::").toBytes());
    int sourceAt = frame.position() - Integer.BYTES;
    frame.putInt(sourceAt, SOURCE_BASE).put(destination.toBytes());
    return new Traffic(withTcp(frame), sourceAt, flows);
  }

  /** The frame of the packet with that number, counted from 0: flows take turns. */
  byte[] frameOf(long packet) {
    ByteBuffer copy = ByteBuffer.wrap(frame.clone());
    return copy.putInt(sourceAt, SOURCE_BASE + (int) (packet & flows - 1)).array();
  }

  private static ByteBuffer frame(int etherType, int ipLength) {
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET_LENGTH + ipLength + TCP_LENGTH);
    frame.putShort((short) 0x0200).putInt(2); // 02:00:00:00:00:02, the director
    frame.putShort((short) 0x0200).putInt(0x11); // 02:00:00:00:00:11, the router
    return frame.putShort((short) etherType);
  }

  private static byte[] withTcp(ByteBuffer frame) {
    frame.putShort((short) 40_000).putShort((short) 443);
    frame.putInt(0x01020304).putInt(0x05060708);
    frame.putShort((short) 0x5010).putShort((short) 0xfaf0); // ACK; window
    return frame.putInt(0).array();
  }
}
