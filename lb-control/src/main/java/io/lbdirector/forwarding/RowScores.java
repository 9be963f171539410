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
  private final SipLanes lanes = new SipLanes();
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
      lanes.word(lane, block(numbers[from + lane]));
    }
    absorbRows();
  }

  /** Turns to {@link SipLanes#LANES} rows that follow each other. */
  void turnTo(int first) {
    for (int lane = 0; lane < SipLanes.LANES; lane++) {
      lanes.word(lane, block(first + lane));
    }
    absorbRows();
  }

  private static long block(int row) {
    return LENGTH_ROW | Integer.reverseBytes(row) & 0xffffffffL;
  }

  /** Leaves the state that all candidates of a row begin with: its seed absorbed. */
  private void absorbRows() {
    lanes.set(seeded);
    lanes.absorb();
    lanes.finish();
    lanes.set(seeded);
    lanes.absorb(); // the hash that finish left: the row's seed
    lanes.keep();
  }

  /**
   * Scores a candidate in each of the rows.
   *
   * @param scores receives one for each lane, unsigned
   */
  void score(int candidate, long[] scores) {
    hash(candidate);
    for (int lane = 0; lane < SipLanes.LANES; lane++) {
      scores[lane] = lastScore(lane);
    }
  }

  /**
   * Scores a candidate in each of the rows, and finds those where its score is low.
   *
   * @param limit first 16 bits of a low score are below this
   * @param low receives the lanes, ascending
   * @return how many there are; {@link #lastScore} tells the scores
   */
  int findLow(int candidate, int limit, int[] low) {
    hash(candidate);
    return lanes.below(limit, low);
  }

  /** Score, unsigned, of the candidate that was scored last in all rows. */
  long lastScore(int lane) {
    return Long.reverseBytes(lanes.hash(lane));
  }

  private void hash(int candidate) {
    lanes.begin(head[candidate]);
    if (v6[candidate]) {
      lanes.absorb(tail[candidate]);
      lanes.absorb(LENGTH_V6);
    }
    lanes.finish();
  }

  /** Score of a candidate in one of the rows, unsigned. */
  long score(int candidate, int lane) {
    lanes.copyTo(single, lane);
    single.absorb(head[candidate]);
    if (v6[candidate]) {
      single.absorb(tail[candidate]);
      single.absorb(LENGTH_V6);
    }
    return Long.reverseBytes(single.finish());
  }
}
