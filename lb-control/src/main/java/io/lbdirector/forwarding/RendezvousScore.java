package io.lbdirector.forwarding;

import java.util.Arrays;
import java.util.List;

/**
 * Orders the candidates of a row by score. Holds the SipHash state of one row between calls, so
 * that a row's seed is absorbed once and not once per candidate; hence not for several threads.
 */
final class RendezvousScore {
  private static final long LENGTH_ROW = 4L << 56;
  private static final long LENGTH_V4 = (8L + 4) << 56;
  private static final long LENGTH_V6 = (8L + 16) << 56;

  private final long i0;
  private final long i1;
  private final long i2;
  private final long i3;

  /** First 8 bytes of each address as SipHash reads them; of an IPv4 address, its whole block. */
  private final long[] head;

  /** Last 8 bytes of each IPv6 address. */
  private final long[] tail;

  private final boolean[] v6;

  // SipHash state: of the row after its seed, and of the candidate at work.
  private long r0;
  private long r1;
  private long r2;
  private long r3;
  private long v0;
  private long v1;
  private long v2;
  private long v3;

  /**
   * @param candidates distinct addresses, ascending: the order that breaks a tie of scores
   */
  RendezvousScore(SipKey seed, List<Backend> candidates) {
    i0 = seed.k0() ^ 0x736f6d6570736575L;
    i1 = seed.k1() ^ 0x646f72616e646f6dL;
    i2 = seed.k0() ^ 0x6c7967656e657261L;
    i3 = seed.k1() ^ 0x7465646279746573L;
    head = new long[candidates.size()];
    tail = new long[candidates.size()];
    v6 = new boolean[candidates.size()];
    for (int i = 0; i < head.length; i++) {
      byte[] address = Arrays.copyOf(candidates.get(i).address().toBytes(), 16);
      v6[i] = !candidates.get(i).address().isV4();
      head[i] = SipHash24.readLong(address, 0) | (v6[i] ? 0 : LENGTH_V4);
      tail[i] = SipHash24.readLong(address, 8);
    }
  }

  /**
   * Finds the best candidates of a row.
   *
   * @param row 0 to 65535
   * @param count how many to find, at most the number of candidates
   * @param order receives their places in the list of candidates, best first
   * @param scores receives their scores, unsigned
   */
  void order(int row, int count, short[] order, long[] scores) {
    absorbRow(row);
    int found = 0;
    for (int candidate = 0; candidate < head.length; candidate++) {
      long score = score(candidate);
      if (found < count) {
        insert(order, scores, found++, candidate, score);
      } else if (Long.compareUnsigned(score, scores[count - 1]) < 0) {
        insert(order, scores, count - 1, candidate, score);
      }
    }
  }

  /** Whether a candidate with that score, unsigned, will do. */
  @FunctionalInterface
  interface Test {
    boolean accepts(int candidate, long score);
  }

  /** Place of the best candidate that will do, in the row last ordered; -1 if none will. */
  int best(Test test) {
    int best = -1;
    long bestScore = 0;
    for (int candidate = 0; candidate < head.length; candidate++) {
      long score = score(candidate);
      boolean better = best < 0 || Long.compareUnsigned(score, bestScore) < 0;
      if (better && test.accepts(candidate, score)) {
        best = candidate;
        bestScore = score;
      }
    }
    return best;
  }

  /** Puts a candidate in its place among the {@code last} better ones; {@code last} is free. */
  private static void insert(short[] order, long[] scores, int last, int candidate, long score) {
    int i = last;
    while (i > 0 && Long.compareUnsigned(score, scores[i - 1]) < 0) {
      order[i] = order[i - 1];
      scores[i] = scores[i - 1];
      i--;
    }
    order[i] = (short) candidate;
    scores[i] = score;
  }

  private void absorbRow(int row) {
    v0 = i0;
    v1 = i1;
    v2 = i2;
    v3 = i3;
    absorb(LENGTH_ROW | Integer.reverseBytes(row) & 0xffffffffL);
    long rowSeed = finish();
    v0 = i0;
    v1 = i1;
    v2 = i2;
    v3 = i3;
    absorb(rowSeed);
    r0 = v0;
    r1 = v1;
    r2 = v2;
    r3 = v3;
  }

  private long score(int candidate) {
    v0 = r0;
    v1 = r1;
    v2 = r2;
    v3 = r3;
    absorb(head[candidate]);
    if (v6[candidate]) {
      absorb(tail[candidate]);
      absorb(LENGTH_V6);
    }
    return Long.reverseBytes(finish());
  }

  private void absorb(long word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  private long finish() {
    v2 ^= 0xff;
    round();
    round();
    round();
    round();
    return v0 ^ v1 ^ v2 ^ v3;
  }

  private void round() {
    v0 += v1;
    v1 = Long.rotateLeft(v1, 13) ^ v0;
    v0 = Long.rotateLeft(v0, 32);
    v2 += v3;
    v3 = Long.rotateLeft(v3, 16) ^ v2;
    v0 += v3;
    v3 = Long.rotateLeft(v3, 21) ^ v0;
    v2 += v1;
    v1 = Long.rotateLeft(v1, 17) ^ v2;
    v2 = Long.rotateLeft(v2, 32);
  }
}
