package io.lbdirector.forwarding;

import java.util.Arrays;
import java.util.HexFormat;

/** A 16-byte SipHash key: a table's hash key or its seed. A secret, so its text form hides it. */
public final class SipKey {
  public static final int LENGTH = 16;

  private final byte[] bytes;

  private SipKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @param bytes 16 bytes; copied
   * @throws IllegalArgumentException for any other length
   */
  public static SipKey of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a SipHash key has 16 bytes, not " + bytes.length);
    }
    return new SipKey(bytes.clone());
  }

  /**
   * @param hex 32 hexadecimal digits
   * @throws IllegalArgumentException if it is anything else; the message does not quote it
   */
  public static SipKey parseHex(String hex) {
    if (hex.length() != 2 * LENGTH) {
      throw new IllegalArgumentException("has " + hex.length() + " characters, not 32");
    }
    try {
      return new SipKey(HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("has characters that are not hexadecimal digits");
    }
  }

  /** Bytes 0 to 7 read little-endian, as SipHash reads its key. */
  public long k0() {
    return SipHash24.readLong(bytes, 0);
  }

  /** Bytes 8 to 15 read little-endian. */
  public long k1() {
    return SipHash24.readLong(bytes, 8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SipKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "SipKey[hidden]";
  }
}
