package io.lbdirector.forwarding;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** A 48-bit Ethernet address. */
public final class MacAddress {
  public static final int LENGTH = 6;
  private static final Pattern TEXT = Pattern.compile("(\\p{XDigit}{2}:){5}\\p{XDigit}{2}");
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  private final byte[] bytes;

  private MacAddress(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @param bytes 6 bytes; copied
   * @throws IllegalArgumentException for any other length
   */
  public static MacAddress of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a MAC address has 6 bytes, not " + bytes.length);
    }
    return new MacAddress(bytes.clone());
  }

  /** Reads {@code 02:00:5e:10:00:01}; empty if {@code text} is anything else. */
  public static Optional<MacAddress> tryParse(String text) {
    return TEXT.matcher(text).matches()
        ? Optional.of(new MacAddress(COLONS.parseHex(text)))
        : Optional.empty();
  }

  /** The 6 bytes as on the wire, a copy. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MacAddress that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return COLONS.formatHex(bytes);
  }
}
