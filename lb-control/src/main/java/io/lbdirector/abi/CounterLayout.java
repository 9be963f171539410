package io.lbdirector.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A counter, one per CPU, in {@code lb_verdicts}, {@code lb_vip_stats}, {@code lb_be_stats} and
 * {@code lb_outcomes}. Mirrors {@code struct lb_counter} in lb_abi.h.
 *
 * <pre> 0: packets (u64) | 8: bytes (u64) | length 16 </pre>
 */
public final class CounterLayout {
  static final int PACKETS_OFFSET = 0;
  static final int BYTES_OFFSET = 8;
  public static final int LENGTH = 16;

  /** {@code u64} fields in a counter. */
  public static final int FIELDS = LENGTH / Long.BYTES;

  /** A counter that has counted nothing. Not to be written to. */
  public static final byte[] ZERO = new byte[LENGTH];

  private CounterLayout() {}

  public static byte[] encode(long packets, long bytes) {
    return ByteBuffer.allocate(LENGTH)
        .order(ByteOrder.nativeOrder())
        .putLong(PACKETS_OFFSET, packets)
        .putLong(BYTES_OFFSET, bytes)
        .array();
  }
}
