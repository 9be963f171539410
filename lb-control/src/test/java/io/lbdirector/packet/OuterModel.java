package io.lbdirector.packet;

import io.lbdirector.forwarding.IpAddress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a backend must make of a tunnel packet, and variants of such packets. Written from the wire
 * format; checksums are computed from scratch, not updated. All results are new frames.
 */
public final class OuterModel {
  private static final int MACS = 12;
  private static final int UDP_CHECKSUM = 6;
  private static final int GUE_NEXT_HOP = 6;

  private OuterModel() {}

  /** The frame with VLAN tags in front, the outermost first (802.1ad where there are two). */
  public static byte[] tagged(byte[] frame, int... ids) {
    ByteBuffer tagged = ByteBuffer.allocate(frame.length + 4 * ids.length);
    tagged.put(frame, 0, MACS);
    for (int i = 0; i < ids.length; i++) {
      boolean service = ids.length == 2 && i == 0;
      tagged.putShort((short) (service ? 0x88a8 : 0x8100)).putShort((short) ids[i]);
    }
    return tagged.put(frame, MACS, frame.length - MACS).array();
  }

  /** Offset of the outer IP header. */
  public static int ipOffset(byte[] frame) {
    int at = MACS;
    while (at < MACS + 8 && isTag(shortAt(frame, at))) {
      at += 4;
    }
    return at + 2;
  }

  private static boolean isTag(int protocol) {
    return protocol == 0x8100 || protocol == 0x88a8;
  }

  private static boolean isV4(byte[] frame) {
    return frame[ipOffset(frame)] >> 4 == 4;
  }

  /** Offset of the outer UDP header. */
  public static int udpOffset(byte[] frame) {
    return ipOffset(frame) + (isV4(frame) ? 20 : 40);
  }

  /** Offset of the GUE header. */
  public static int gueOffset(byte[] frame) {
    return udpOffset(frame) + 8;
  }

  /** Offset of the inner packet. */
  public static int innerOffset(byte[] frame) {
    int gue = gueOffset(frame);
    return gue + 4 + 4 * (frame[gue] & 0x1f);
  }

  /** The same with one byte set. */
  public static byte[] with(byte[] frame, int at, int value) {
    byte[] changed = frame.clone();
    changed[at] = (byte) value;
    return changed;
  }

  /** The same with the outer UDP checksum computed. */
  public static byte[] withUdpChecksum(byte[] frame) {
    byte[] changed = frame.clone();
    int udp = udpOffset(frame);
    int length = shortAt(frame, udp + 4);
    ByteArrayOutputStream covered = new ByteArrayOutputStream();
    int addresses = isV4(frame) ? 8 : 32;
    covered.write(frame, udp - addresses, addresses);
    covered.writeBytes(ByteBuffer.allocate(8).putInt(length).putInt(Frame.UDP).array());
    changed[udp + UDP_CHECKSUM] = 0;
    changed[udp + UDP_CHECKSUM + 1] = 0;
    covered.write(changed, udp, length);
    short sum = Frame.checksum(covered.toByteArray());
    putShort(changed, udp + UDP_CHECKSUM, sum == 0 ? 0xffff : sum);
    return changed;
  }

  /** Hop {@code index} of the GUE header. */
  public static IpAddress hop(byte[] frame, int index) {
    int length = isV4(frame) ? 4 : 16;
    int at = gueOffset(frame) + 8 + index * length;
    return IpAddress.of(Arrays.copyOfRange(frame, at, at + length));
  }

  /**
   * The frame that goes to hop {@code index}: from the backend that it had come to, back by where
   * it came from; a UDP checksum, if there was one, is right again.
   */
  public static byte[] forwarded(byte[] frame, int index) {
    byte[] sent = frame.clone();
    System.arraycopy(frame, 6, sent, 0, 6);
    System.arraycopy(frame, 0, sent, 6, 6);
    IpAddress next = hop(frame, index);
    int length = next.length();
    int source = udpOffset(frame) - 2 * length;
    System.arraycopy(frame, source + length, sent, source, length);
    System.arraycopy(next.toBytes(), 0, sent, source + length, length);
    sent[gueOffset(frame) + GUE_NEXT_HOP] = (byte) (index + 1);
    if (next.isV4()) {
      setIpv4Checksum(sent, ipOffset(sent));
    }
    boolean checked = shortAt(frame, udpOffset(frame) + UDP_CHECKSUM) != 0;
    return checked ? withUdpChecksum(sent) : sent;
  }

  /** The inner packet alone, behind the link header that the outer one came with. */
  public static byte[] stripped(byte[] frame) {
    int link = ipOffset(frame) - 2;
    int inner = innerOffset(frame);
    int protocol = frame[inner] >> 4 == 4 ? 0x0800 : 0x86dd;
    return ByteBuffer.allocate(link + 2 + frame.length - inner)
        .put(frame, 0, link)
        .putShort((short) protocol)
        .put(frame, inner, frame.length - inner)
        .array();
  }

  /** Computes the checksum of the IPv4 header at {@code ip}, in place. */
  public static void setIpv4Checksum(byte[] frame, int ip) {
    putShort(frame, ip + 10, 0);
    int end = ip + 4 * (frame[ip] & 0xf);
    putShort(frame, ip + 10, Frame.checksum(Arrays.copyOfRange(frame, ip, end)));
  }

  /** Two bytes in network order, 0 to 65535. */
  public static int shortAt(byte[] frame, int at) {
    return ByteBuffer.wrap(frame).getShort(at) & 0xffff;
  }

  private static void putShort(byte[] frame, int at, int value) {
    ByteBuffer.wrap(frame).putShort(at, (short) value);
  }
}
