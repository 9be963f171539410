package io.lbdirector.forwarding;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How low a score must be to be among the best of a row. A guess that is too low costs time, no
 * candidates: whoever it keeps out is worse than all whom it lets in.
 */
final class ScoreGuess {
  /** How many candidates are to beat the guess for each that is wanted, on average. */
  private static final int SPARE = 2;

  /** Bits of a score that are looked at first: as {@link SipLanes#below} takes them. */
  private static final int FIRST = 1 << 16;

  private static final double ALL = 0x1p64;
  private static final int HALVINGS = 40;

  private final long score;
  private final int[] limits;

  private ScoreGuess(long score, int[] limits) {
    this.score = score;
    this.limits = limits;
  }

  /** Lets in all candidates. */
  static ScoreGuess none(Candidates candidates) {
    int[] limits = new int[candidates.count()];
    Arrays.fill(limits, FIRST);
    return new ScoreGuess(-1, limits);
  }

  /**
   * @param wanted how many candidates of a row are, nearly always, to beat it
   */
  static ScoreGuess of(Candidates candidates, int wanted) {
    int beating = SPARE * wanted;
    if (beating >= candidates.count()) {
      return none(candidates);
    }
    double part = part(candidates, beating);
    int[] limits =
        IntStream.range(0, candidates.count())
            .map(i -> (int) Math.min(FIRST, chance(candidates, i, part) * FIRST + 2))
            .toArray();
    return new ScoreGuess((long) (part * ALL / 2) << 1, limits);
  }

  /** Part of all scores that is to be below the guess. */
  private static double part(Candidates candidates, int beating) {
    if (candidates.haveEqualWeights()) {
      return (double) beating / candidates.count();
    }
    double low = 0;
    double high = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      boolean enough = expected(candidates, middle) > beating;
      low = enough ? low : middle;
      high = enough ? middle : high;
    }
    return high;
  }

  private static double expected(Candidates candidates, double part) {
    double sum = 0;
    for (int i = 0; i < candidates.count(); i++) {
      sum += chance(candidates, i, part);
    }
    return sum;
  }

  /** How likely a candidate goes before one of weight 1 whose score has {@code part} below it. */
  private static double chance(Candidates candidates, int i, double part) {
    return candidates.haveEqualWeights()
        ? part
        : -Math.expm1(candidates.weight(i) * Math.log1p(-part));
  }

  /** What a score, unsigned, of {@link Candidates#nobody} is to be. */
  long score() {
    return score;
  }

  /** The first 16 bits of the score are below this if the candidate beats the guess. */
  int limit(int candidate) {
    return limits[candidate];
  }
}
