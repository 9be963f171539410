package io.lbdirector.forwarding;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The rows of one table: for each of the 65,536 hash buckets the ordered hops. Immutable.
 *
 * <p>Hops are kept as places in {@link #addresses}, so that the data plane can put its own numbers
 * in their stead with one array look-up a hop.
 */
public final class ForwardingTable {
  public static final int ROWS = 65_536;

  /** Most hops a row can have. */
  public static final int MAX_HOPS = 4;

  private final List<IpAddress> addresses;
  private final int hopCount;
  private final short[] hops;
  private volatile String digest;

  /**
   * @param addresses distinct candidates, at most 32,767; copied
   * @param hopCount hops in every row, 0 to {@link #MAX_HOPS}
   * @param hops {@code ROWS * hopCount} places in {@code addresses}, row by row, primary first;
   *     owned by the table from here on
   */
  public ForwardingTable(List<IpAddress> addresses, int hopCount, short[] hops) {
    if (hops.length != ROWS * hopCount) {
      throw new IllegalArgumentException(hops.length + " hops for " + hopCount + " a row");
    }
    this.addresses = List.copyOf(addresses);
    this.hopCount = hopCount;
    this.hops = hops;
  }

  /** Every address that may occur in a row, ascending. */
  public List<IpAddress> addresses() {
    return addresses;
  }

  /** Hops in every row: the table's {@code hops}, fewer if it has fewer candidates. */
  public int hopCount() {
    return hopCount;
  }

  /**
   * Place in {@link #addresses} of one hop.
   *
   * @param row 0 to 65535
   * @param hop 0 (primary) to {@link #hopCount} - 1
   */
  public int hopIndex(int row, int hop) {
    return hops[row * hopCount + hop];
  }

  /** Address of one hop; arguments as for {@link #hopIndex}. */
  public IpAddress hop(int row, int hop) {
    return addresses.get(hopIndex(row, hop));
  }

  /** How many rows each of {@link #addresses} leads, in the same order. */
  public int[] primaryCounts() {
    int[] counts = new int[addresses.size()];
    for (int i = 0; hopCount > 0 && i < hops.length; i += hopCount) {
      counts[hops[i]]++;
    }
    return counts;
  }

  /**
   * SHA-256 over all rows, as 64 hexadecimal digits: per row the hop count (1 byte), then per hop
   * the address length (1 byte) and the address. Equal on every director that serves the same rows.
   */
  public String digest() {
    if (digest == null) {
      digest = computeDigest();
    }
    return digest;
  }

  private String computeDigest() {
    byte[][] encoded = new byte[addresses.size()][];
    for (int i = 0; i < encoded.length; i++) {
      encoded[i] = withLength(addresses.get(i).toBytes());
    }
    MessageDigest sha256 = sha256();
    for (int row = 0; row < ROWS; row++) {
      sha256.update((byte) hopCount);
      for (int hop = 0; hop < hopCount; hop++) {
        sha256.update(encoded[hopIndex(row, hop)]);
      }
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static byte[] withLength(byte[] address) {
    byte[] encoded = new byte[1 + address.length];
    encoded[0] = (byte) address.length;
    System.arraycopy(address, 0, encoded, 1, address.length);
    return encoded;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
