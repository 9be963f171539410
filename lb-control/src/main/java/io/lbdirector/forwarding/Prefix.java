package io.lbdirector.forwarding;

import java.math.BigInteger;

/**
 * A network: an address and how many of its leading bits count. A single address is the prefix of
 * full length.
 *
 * @param address first address; the bits beyond {@code length} are zero
 * @param length 0 to 32 (IPv4) or 0 to 128 (IPv6)
 */
public record Prefix(IpAddress address, int length) {
  /**
   * @throws IllegalArgumentException if the length is out of range or host bits are set
   */
  public Prefix {
    if (length < 0 || length > address.length() * 8) {
      throw new IllegalArgumentException(
          "/" + length + " is outside 0 to " + address.length() * 8 + " for " + address);
    }
    if (!mask(address, length).equals(address)) {
      throw new IllegalArgumentException(
          "host bits of "
              + address
              + "/"
              + length
              + " are not zero; the network is "
              + mask(address, length)
              + "/"
              + length);
    }
  }

  /** The prefix that holds one address. */
  public static Prefix host(IpAddress address) {
    return new Prefix(address, address.length() * 8);
  }

  public boolean isHost() {
    return length == address.length() * 8;
  }

  /** How many addresses it holds: 1 to 2^128. */
  public BigInteger size() {
    return BigInteger.ONE.shiftLeft(address.length() * 8 - length);
  }

  public boolean contains(IpAddress other) {
    return other.length() == address.length() && mask(other, length).equals(address);
  }

  /**
   * The address {@code index} places behind the first.
   *
   * @param index 0 to {@link #size} - 1
   */
  public IpAddress addressAt(int index) {
    byte[] bytes = address.toBytes();
    long carry = index;
    for (int i = bytes.length - 1; i >= 0 && carry != 0; i--) {
      carry += bytes[i] & 0xff;
      bytes[i] = (byte) carry;
      carry >>>= 8;
    }
    return IpAddress.of(bytes);
  }

  /** {@code address} with all bits beyond {@code length} cleared. */
  public static IpAddress mask(IpAddress address, int length) {
    byte[] bytes = address.toBytes();
    for (int i = 0; i < bytes.length; i++) {
      int kept = Math.max(0, Math.min(8, length - 8 * i));
      bytes[i] &= (byte) (0xff00 >> kept);
    }
    return IpAddress.of(bytes);
  }

  @Override
  public String toString() {
    return isHost() ? address.toString() : address + "/" + length;
  }
}
