package io.lbdirector.bench.wire;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The frames that a path is fed with: TCP SYNs over IPv4, 54 bytes, whose source address differs
 * from flow to flow. Their checksums are right.
 *
 * @param source MAC of the interface that sends
 * @param destination MAC of the interface at the other end of the link
 * @param flows distinct source addresses, a power of two
 */
record SynFrame(MacAddress source, MacAddress destination, IpAddress vip, int flows) {
  /** {@code struct wire_settings}. */
  private static final int SETTINGS_LENGTH = 80;

  private static final int LENGTH = 54;
  private static final int PADDED = 56;
  private static final int IP_AT = 14;
  private static final int TCP_AT = 34;
  private static final int IP_DESTINATION_AT = 30;
  private static final int TCP = 6;
  private static final int VIP_PORT = 443;

  /** Source address of flow 0: 100.64.0.0. */
  private static final int SOURCE_BASE = 100 << 24 | 64 << 16;

  SynFrame {
    if (Integer.bitCount(flows) != 1) {
      throw new IllegalArgumentException(flows + " flows: not a power of two");
    }
  }

  /** The constants of {@code bench_wire.bpf.c}, for a sender to an interface and for its sink. */
  byte[] settings(int ifindex) {
    ByteBuffer frame = ByteBuffer.wrap(bytes()).order(ByteOrder.nativeOrder());
    int pseudoHeader =
        wordAt(frame, IP_DESTINATION_AT)
            + wordAt(frame, IP_DESTINATION_AT + 2)
            + Short.toUnsignedInt(Short.reverseBytes((short) TCP))
            + Short.toUnsignedInt(Short.reverseBytes((short) (LENGTH - TCP_AT)));
    return ByteBuffer.allocate(SETTINGS_LENGTH)
        .order(ByteOrder.nativeOrder())
        .put(frame.array())
        .putInt(sum(frame, IP_AT, TCP_AT))
        .putInt(sum(frame, TCP_AT, LENGTH) + pseudoHeader)
        .putInt(SOURCE_BASE)
        .putInt(flows - 1)
        .putInt(frame.getInt(IP_DESTINATION_AT))
        .putInt(ifindex)
        .array();
  }

  /** The frame, source address and checksums being zero; and two bytes of zero. */
  private byte[] bytes() {
    ByteBuffer frame = ByteBuffer.allocate(PADDED);
    frame.put(destination.toBytes()).put(source.toBytes()).putShort((short) 0x0800);
    frame.putShort((short) 0x4500).putShort((short) (LENGTH - IP_AT));
    frame.putShort((short) 0x1234).putShort((short) 0x4000); // id; don't fragment
    frame.put((byte) 60).put((byte) TCP).putShort((short) 0);
    frame.putInt(0).put(vip.toBytes());
    frame.putShort((short) 40_000).putShort((short) VIP_PORT);
    frame.putInt(0x01020304).putInt(0);
    return frame.putShort((short) 0x5002).putShort((short) 0xfaf0).array(); // SYN; window
  }

  /** Of 16-bit words in the machine's order, as a checksum may be reckoned in any. */
  private static int sum(ByteBuffer frame, int from, int to) {
    int sum = 0;
    for (int at = from; at < to; at += Short.BYTES) {
      sum += wordAt(frame, at);
    }
    return sum;
  }

  private static int wordAt(ByteBuffer frame, int at) {
    return Short.toUnsignedInt(frame.getShort(at));
  }
}
