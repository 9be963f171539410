package io.lbdirector.forwarding;

import java.util.Arrays;
import java.util.List;

/**
 * Scores of candidates in rows: {@code siphash24(seed, row_seed || address)}, where {@code row_seed
 * = siphash24(seed, be32(row))}. Works on {@link SipLanes#LANES} rows at a time, whose seeds are
 * absorbed once and not once per candidate; holds them between calls, hence not for several
 * threads.
 */
final class RowScores {
  private static final long LENGTH_ROW = 4L << 56;
  private static final long LENGTH_V4 = (8L + 4) << 56;
  private static final long LENGTH_V6 = (8L + 16) << 56;

  private final SipHash24 seeded;
  private final SipLanes rows = new SipLanes();
  private final SipLanes work = new SipLanes();
  private final SipHash24 single = new SipHash24();

  /** First 8 bytes of each address as SipHash reads them; of an IPv4 address, its whole block. */
  private final long[] head;

  /** Last 8 bytes of each IPv6 address. */
  private final long[] tail;

  private final boolean[] v6;

  RowScores(SipKey seed, List<IpAddress> candidates) {
    seeded = SipHash24.keyed(seed);
    head = new long[candidates.size()];
    tail = new long[candidates.size()];
    v6 = new boolean[candidates.size()];
    for (int i = 0; i < head.length; i++) {
      byte[] address = Arrays.copyOf(candidates.get(i).toBytes(), 16);
      v6[i] = !candidates.get(i).isV4();
      head[i] = SipHash24.readLong(address, 0) | (v6[i] ? 0 : LENGTH_V4);
      tail[i] = SipHash24.readLong(address, 8);
    }
  }

  /**
   * Turns to other rows.
   *
   * @param count at most {@link SipLanes#LANES}
   */
  void turnTo(int[] numbers, int from, int count) {
    for (int lane = 0; lane < count; lane++) {
      rows.word(lane, block(numbers[from + lane]));
    }
    absorbRows();
  }

  /** Turns to {@link SipLanes#LANES} rows that follow each other. */
  void turnTo(int first) {
    for (int lane = 0; lane < SipLanes.LANES; lane++) {
      rows.word(lane, block(first + lane));
    }
    absorbRows();
  }

  private static long block(int row) {
    return LENGTH_ROW | Integer.reverseBytes(row) & 0xffffffffL;
  }

  /** Leaves the state that all candidates of a row begin with: its seed absorbed. */
  private void absorbRows() {
    rows.set(seeded);
    rows.absorb();
    rows.finish();
    rows.set(seeded);
    rows.absorb(); // the hash that finish left: the row's seed
  }

  /**
   * Scores a candidate in each of the rows.
   *
   * @param scores receives one for each lane, unsigned
   */
  void score(int candidate, long[] scores) {
    work.set(rows);
    work.absorb(head[candidate]);
    if (v6[candidate]) {
      work.absorb(tail[candidate]);
      work.absorb(LENGTH_V6);
    }
    work.finish();
    for (int lane = 0; lane < SipLanes.LANES; lane++) {
      scores[lane] = Long.reverseBytes(work.hash(lane));
    }
  }

  /** Score of a candidate in one of the rows, unsigned. */
  long score(int candidate, int lane) {
    rows.copyTo(single, lane);
    single.absorb(head[candidate]);
    if (v6[candidate]) {
      single.absorb(tail[candidate]);
      single.absorb(LENGTH_V6);
    }
    return Long.reverseBytes(single.finish());
  }
}
