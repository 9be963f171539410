package io.lbdirector.forwarding;

/**
 * What a score costs a backend of weight 1: {@code 2^32 * -log2(1 - score / 2^64)}, in integers, so
 * that all directors agree. The candidate of least cost for its weight comes first in a row, which
 * makes its part of the rows that of its weight. Grows with the score, never falls.
 */
final class ScoreCost {
  /** A power of two, so that the first bits of a score tell its step. */
  private static final int STEPS = 4096;

  private static final int SHIFT = 64 - 12;

  /**
   * The cost at the beginning of each step, then that of the highest score: bounds without work.
   */
  private static final long[] BOUNDS = bounds();

  private ScoreCost() {}

  private static long[] bounds() {
    long[] bounds = new long[STEPS + 1];
    for (int step = 0; step < STEPS; step++) {
      bounds[step] = of((long) step << SHIFT);
    }
    bounds[STEPS] = of(-1);
    return bounds;
  }

  /** At most {@link #of}. */
  static long atLeast(long score) {
    return BOUNDS[(int) (score >>> SHIFT)];
  }

  /** At least {@link #of}. */
  static long atMost(long score) {
    return BOUNDS[(int) (score >>> SHIFT) + 1];
  }

  /**
   * The cost: a logarithm, bit by bit.
   *
   * @param score unsigned
   * @return 0 to 2^38
   */
  static long of(long score) {
    if (score == 0) {
      return 0;
    }
    long y = -score; // 2^64 - score
    int zeros = Long.numberOfLeadingZeros(y);
    long x = y << zeros >>> 32;
    long fraction = 0;
    for (int bit = 0; bit < 32; bit++) {
      x *= x;
      long carry = x >>> 63;
      fraction = fraction << 1 | carry;
      x >>>= 31 + (int) carry;
    }
    return (zeros + 1L << 32) - fraction;
  }
}
