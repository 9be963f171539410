package io.lbdirector.abi;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import java.nio.ByteBuffer;
import java.util.Arrays;

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

  /** The prefix that a key stands for; {@code ::/0}, which holds both families, as IPv6. */
  public static Prefix decode(byte[] key) {
    int length = Abi.reading(key, LENGTH).getInt(LENGTH_OFFSET);
    byte[] bytes = Arrays.copyOfRange(key, ADDRESS_OFFSET, LENGTH);
    return length < MAPPED_BITS
        ? prefix(IpAddress.of(bytes), length)
        : mapped(AddressLayout.decode(bytes), length);
  }

  private static Prefix mapped(IpAddress address, int length) {
    return prefix(address, address.isV4() ? length - MAPPED_BITS : length);
  }

  /** The kernel takes a key with host bits too, and does not look at them. */
  private static Prefix prefix(IpAddress address, int length) {
    return new Prefix(Prefix.mask(address, length), length);
  }
}
