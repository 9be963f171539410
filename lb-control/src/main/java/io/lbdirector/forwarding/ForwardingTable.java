package io.lbdirector.forwarding;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

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

  /** Most bytes of a hop in what is digested: the length of its address, and that. */
  private static final int MAX_ENCODED = 1 + 16;

  private final List<IpAddress> addresses;
  private final int hopCount;
  private final short[] hops;
  private final Optional<Balance> balance;
  private volatile String digest;
  private volatile int[] primaryCounts;

  /**
   * @param addresses distinct candidates, at most 32,767; copied
   * @param hopCount hops in every row, 0 to {@link #MAX_HOPS}
   * @param hops {@code ROWS * hopCount} places in {@code addresses}, row by row, primary first;
   *     owned by the table from here on
   */
  public ForwardingTable(List<IpAddress> addresses, int hopCount, short[] hops) {
    this(addresses, hopCount, hops, Optional.empty());
  }

  ForwardingTable(
      List<IpAddress> addresses, int hopCount, short[] hops, Optional<Balance> balance) {
    if (hops.length != ROWS * hopCount) {
      throw new IllegalArgumentException(hops.length + " hops for " + hopCount + " a row");
    }
    this.addresses = List.copyOf(addresses);
    this.hopCount = hopCount;
    this.hops = hops;
    this.balance = balance;
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

  /**
   * How evenly the rows lay before health and states; empty without hops, and of rows read back.
   */
  public Optional<Balance> balance() {
    return balance;
  }

  /** What it takes of memory, about. */
  public long sizeBytes() {
    return (long) hops.length * Short.BYTES;
  }

  /** How many rows each of {@link #addresses} leads, in the same order; a copy, counted once. */
  public int[] primaryCounts() {
    if (primaryCounts == null) {
      primaryCounts = countPrimaries();
    }
    return primaryCounts.clone();
  }

  private int[] countPrimaries() {
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
    byte[] text = new byte[1 + hopCount * MAX_ENCODED];
    for (int row = 0; row < ROWS; row++) {
      int length = 0;
      text[length++] = (byte) hopCount;
      for (int hop = 0; hop < hopCount; hop++) {
        byte[] address = encoded[hopIndex(row, hop)];
        System.arraycopy(address, 0, text, length, address.length);
        length += address.length;
      }
      sha256.update(text, 0, length);
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
