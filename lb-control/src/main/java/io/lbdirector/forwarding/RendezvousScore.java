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

  private final SipHash24 seeded;
  private final SipHash24 row = new SipHash24();
  private final SipHash24 work = new SipHash24();

  /** First 8 bytes of each address as SipHash reads them; of an IPv4 address, its whole block. */
  private final long[] head;

  /** Last 8 bytes of each IPv6 address. */
  private final long[] tail;

  private final boolean[] v6;

  /**
   * @param candidates distinct addresses, ascending: the order that breaks a tie of scores
   */
  RendezvousScore(SipKey seed, List<Backend> candidates) {
    seeded = SipHash24.keyed(seed);
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

  /** Leaves the state that all candidates of a row begin with: its seed absorbed. */
  private void absorbRow(int number) {
    work.set(seeded);
    work.absorb(LENGTH_ROW | Integer.reverseBytes(number) & 0xffffffffL);
    long rowSeed = work.finish();
    row.set(seeded);
    row.absorb(rowSeed);
  }

  private long score(int candidate) {
    work.set(row);
    work.absorb(head[candidate]);
    if (v6[candidate]) {
      work.absorb(tail[candidate]);
      work.absorb(LENGTH_V6);
    }
    return Long.reverseBytes(work.finish());
  }
}
