package io.lbdirector.abi;

import java.nio.ByteBuffer;

/**
 * The GUE header without further hops, behind the outer UDP header. Mirrors {@code struct lb_gue}
 * in lb_abi.h.
 *
 * <pre>
 * 0: version_hlen (u8) | 1: protocol (u8) | 2: flags (be16) 0 | 4: type (be16) | 6: next_hop (u8)
 * | 7: hop_count (u8) | length 8
 * </pre>
 */
public final class GueLayout {
  public static final int LENGTH = 8;
  static final int VERSION_HLEN_OFFSET = 0;
  static final int PROTOCOL_OFFSET = 1;
  static final int FLAGS_OFFSET = 2;
  static final int TYPE_OFFSET = 4;
  static final int NEXT_HOP_OFFSET = 6;
  static final int HOP_COUNT_OFFSET = 7;
  static final int HOPS_IPV4 = 0;
  static final int HOPS_IPV6 = 1;

  /** 32-bit words behind the first. */
  private static final int HLEN = LENGTH / Integer.BYTES - 1;

  private static final int IPIP = 4;
  private static final int IPV6 = 41;

  private GueLayout() {}

  /**
   * Puts the header at the buffer's position.
   *
   * @param innerV4 whether an IPv4 packet follows, or else an IPv6 one
   * @param outerV4 likewise of the packet that this is in
   */
  public static ByteBuffer put(ByteBuffer packet, boolean innerV4, boolean outerV4) {
    packet.put((byte) HLEN).put((byte) (innerV4 ? IPIP : IPV6)).putShort((short) 0);
    packet.putShort((short) (outerV4 ? HOPS_IPV4 : HOPS_IPV6));
    return packet.put((byte) 0).put((byte) 0);
  }
}
