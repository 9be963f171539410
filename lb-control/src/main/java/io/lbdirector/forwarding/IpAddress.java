package io.lbdirector.forwarding;

import java.util.Arrays;
import java.util.Optional;

/**
 * An IPv4 or IPv6 address, in network byte order. Ordered by length, then by unsigned bytes, which
 * is the order that breaks ties in a forwarding table.
 *
 * <p>Never resolves a name: {@link #parse} takes literals only.
 */
public final class IpAddress implements Comparable<IpAddress> {
  private final byte[] bytes;

  private IpAddress(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @param bytes 4 or 16 bytes, network order; copied
   * @throws IllegalArgumentException for any other length
   */
  public static IpAddress of(byte[] bytes) {
    if (bytes.length != 4 && bytes.length != 16) {
      throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + bytes.length);
    }
    return new IpAddress(bytes.clone());
  }

  /**
   * Reads an address literal.
   *
   * @param text dotted quad without leading zeros, or RFC 4291 text form without a zone
   * @throws IllegalArgumentException if it is neither; the message quotes the text
   */
  public static IpAddress parse(String text) {
    return tryParse(text)
        .orElseThrow(
            () -> new IllegalArgumentException("\"" + text + "\" is not an IPv4 or IPv6 address"));
  }

  /** As {@link #parse}, empty instead of an exception. */
  public static Optional<IpAddress> tryParse(String text) {
    byte[] bytes = text.indexOf(':') >= 0 ? IpText.parse6(text) : IpText.parse4(text);
    return Optional.ofNullable(bytes).map(IpAddress::new);
  }

  public boolean isV4() {
    return bytes.length == 4;
  }

  /** Length in bytes: 4 or 16. */
  public int length() {
    return bytes.length;
  }

  /** The bytes in network order, a copy. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** Byte {@code index} of the address as an unsigned value, 0 to 255. */
  public int byteAt(int index) {
    return bytes[index] & 0xff;
  }

  /** Whether every bit is zero (0.0.0.0 or ::), which no packet may carry as a destination. */
  public boolean isUnspecified() {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int compareTo(IpAddress other) {
    int byLength = Integer.compare(bytes.length, other.bytes.length);
    return byLength != 0 ? byLength : Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IpAddress that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Dotted quad, or the canonical IPv6 form of RFC 5952. */
  @Override
  public String toString() {
    return isV4() ? IpText.format4(bytes) : IpText.format6(bytes);
  }
}
