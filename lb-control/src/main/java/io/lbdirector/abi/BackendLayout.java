package io.lbdirector.abi;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A value of {@code lb_backends}. Mirrors {@code struct lb_backend} in lb_abi.h.
 *
 * <pre> 0: family (u32) | 4: address (16, or 4 and 12 of zero) | 20: reserved | length 24 </pre>
 */
public final class BackendLayout {
  static final int ADDRESS_OFFSET = 4;
  static final int FAMILY_OFFSET = 0;
  public static final int LENGTH = 24;

  private BackendLayout() {}

  public static byte[] encode(IpAddress address) {
    ByteBuffer value = Abi.zeroed(LENGTH);
    value.put(ADDRESS_OFFSET, address.toBytes());
    value.putInt(FAMILY_OFFSET, address.isV4() ? Abi.FAMILY_IPV4 : Abi.FAMILY_IPV6);
    return value.array();
  }

  /** An entry without a backend. */
  public static byte[] encodeNone() {
    return new byte[LENGTH];
  }

  /** Empty if the entry holds no backend. */
  public static Optional<IpAddress> decode(byte[] bytes) {
    ByteBuffer value = Abi.reading(bytes, LENGTH);
    int length =
        switch (value.getInt(FAMILY_OFFSET)) {
          case Abi.FAMILY_IPV4 -> 4;
          case Abi.FAMILY_IPV6 -> 16;
          default -> 0;
        };
    if (length == 0) {
      return Optional.empty();
    }
    byte[] address = new byte[length];
    value.get(ADDRESS_OFFSET, address);
    return Optional.of(IpAddress.of(address));
  }
}
