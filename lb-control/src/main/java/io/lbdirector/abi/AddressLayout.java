package io.lbdirector.abi;

import io.lbdirector.forwarding.IpAddress;
import java.util.Arrays;

/**
 * An address of either family: the key of {@code lb_vip_list} and {@code lb_vip_seen}. Mirrors
 * {@code struct lb_address} in lb_abi.h.
 *
 * <pre> 0: bytes (16; an IPv4 address A is ::ffff:A) | length 16 </pre>
 */
public final class AddressLayout {
  public static final int LENGTH = 16;
  static final int BYTES_OFFSET = 0;

  /** Bytes in front of a mapped IPv4 address: ten of zero, two of ones. */
  static final int MAPPED_LENGTH = 12;

  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};

  private AddressLayout() {}

  public static byte[] encode(IpAddress address) {
    if (!address.isV4()) {
      return address.toBytes();
    }
    byte[] bytes = Arrays.copyOf(MAPPED, LENGTH);
    System.arraycopy(address.toBytes(), 0, bytes, MAPPED_LENGTH, 4);
    return bytes;
  }

  public static IpAddress decode(byte[] bytes) {
    Abi.reading(bytes, LENGTH);
    boolean mapped = Arrays.equals(MAPPED, 0, MAPPED_LENGTH, bytes, 0, MAPPED_LENGTH);
    return IpAddress.of(mapped ? Arrays.copyOfRange(bytes, MAPPED_LENGTH, LENGTH) : bytes);
  }
}
