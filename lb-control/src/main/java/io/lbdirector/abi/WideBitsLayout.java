package io.lbdirector.abi;

import io.lbdirector.forwarding.Prefix;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Collection;

/**
 * An entry of {@code lb_wide_bits}: addresses that a wide bind may hold. Mirrors {@code struct
 * lb_wide_bits} in lb_abi.h.
 *
 * <pre> 0: ipv4 (1024 × u64) | 8192: ipv6 (1024 × u64) | length 16384 </pre>
 */
public final class WideBitsLayout {
  static final int WORDS = 1024;
  static final int IPV4_OFFSET = 0;
  static final int IPV6_OFFSET = WORDS * Long.BYTES;
  public static final int LENGTH = 2 * WORDS * Long.BYTES;

  private static final int BITS = WORDS * Long.SIZE;

  /** Leading bits of an address that decide on its bit. */
  private static final int IPV4_DEPTH = 16;

  private static final int IPV6_DEPTH = 48;

  private WideBitsLayout() {}

  /** The bits of all addresses that are in one of {@code prefixes}. */
  public static byte[] encode(Collection<Prefix> prefixes) {
    BitSet ipv4 = new BitSet(BITS);
    BitSet ipv6 = new BitSet(BITS);
    for (Prefix prefix : prefixes) {
      boolean v4 = prefix.address().isV4();
      set(v4 ? ipv4 : ipv6, prefix, v4 ? IPV4_DEPTH : IPV6_DEPTH);
    }
    ByteBuffer value = Abi.zeroed(LENGTH);
    putTo(value, IPV4_OFFSET, ipv4);
    putTo(value, IPV6_OFFSET, ipv6);
    return value.array();
  }

  /**
   * A prefix of {@code depth} bits or more has one bit, one that is shorter by n the 2^n that its
   * address is folded to with any n last bits: they are neighbours.
   */
  private static void set(BitSet bits, Prefix prefix, int depth) {
    int free = Math.max(0, depth - prefix.length());
    if (free >= 16) {
      bits.set(0, BITS);
      return;
    }
    int first = fold(prefix.address().toBytes(), depth) >>> free << free;
    bits.set(first, first + (1 << free));
  }

  private static int fold(byte[] address, int depth) {
    int folded = 0;
    for (int at = 0; at < depth / 8; at += 2) {
      folded ^= (address[at] & 0xff) << 8 | address[at + 1] & 0xff;
    }
    return folded;
  }

  private static void putTo(ByteBuffer value, int offset, BitSet bits) {
    long[] words = bits.toLongArray();
    for (int i = 0; i < words.length; i++) {
      value.putLong(offset + i * Long.BYTES, words[i]);
    }
  }
}
