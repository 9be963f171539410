package io.lbdirector.abi;

import io.lbdirector.forwarding.Prefix;
import java.nio.ByteBuffer;

/**
 * A key of {@code lb_allow}. Mirrors {@code struct lb_prefix} in lb_abi.h.
 *
 * <pre> 0: length (u32) | 4: address (16; IPv4 N/L is ::ffff:N/(96+L)) | length 20 </pre>
 */
public final class PrefixLayout {
  public static final int LENGTH = 20;
  static final int LENGTH_OFFSET = 0;
  static final int ADDRESS_OFFSET = 4;

  private static final int MAPPED_BITS = AddressLayout.MAPPED_LENGTH * 8;

  private PrefixLayout() {}

  public static byte[] encode(Prefix prefix) {
    ByteBuffer key = Abi.zeroed(LENGTH);
    int mapped = prefix.address().isV4() ? MAPPED_BITS : 0;
    key.putInt(LENGTH_OFFSET, mapped + prefix.length());
    key.put(ADDRESS_OFFSET, AddressLayout.encode(prefix.address()));
    return key.array();
  }
}
