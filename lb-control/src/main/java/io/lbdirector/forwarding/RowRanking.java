package io.lbdirector.forwarding;

import java.util.Arrays;

/**
 * Ranks all candidates in rows, from nothing. Works on {@link SipLanes#LANES} rows at a time, hence
 * not for several threads.
 *
 * <p>Inserting costs more than hashing. So the lists of the best begin with a score that nearly
 * always enough candidates beat, and few others; where they do not, the row is done again.
 */
final class RowRanking {
  /** How many candidates are to beat the first guess for each that is wanted, on average. */
  private static final int SPARE = 2;

  private static final long WORST_SCORE = -1; // unsigned

  private final Candidates candidates;
  private final RowScores rowScores;
  private final int kept;

  /** The best {@link #kept} found so far in each row, best first; nobody where none was found. */
  private final short[] best;

  private final long[] bestScores;
  private final long[] scores = new long[SipLanes.LANES];

  /**
   * @param kept how many candidates to find for each row, at most all
   */
  RowRanking(Candidates candidates, RowScores rowScores, int kept) {
    this.candidates = candidates;
    this.rowScores = rowScores;
    this.kept = kept;
    this.best = new short[SipLanes.LANES * kept];
    this.bestScores = new long[SipLanes.LANES * kept];
  }

  /**
   * Finds the best candidates of rows.
   *
   * @param rows numbers of rows, the first {@code count} of which count; overwritten
   * @param places receives them: row {@code r} has its {@code kept} places from {@code r * kept}
   */
  void rank(int[] rows, int count, short[] places) {
    int again = rank(rows, count, places, likelyScore());
    rank(rows, again, places, WORST_SCORE);
  }

  /** Only of equal weights is it known where the best scores end. */
  private long likelyScore() {
    int beating = SPARE * kept;
    return candidates.haveEqualWeights() && beating < candidates.count()
        ? Long.divideUnsigned(WORST_SCORE, candidates.count()) * beating
        : WORST_SCORE;
  }

  /**
   * @param from a score that is not beaten counts for nothing
   * @return how many rows lack candidates: from now on the first of {@code rows}
   */
  private int rank(int[] rows, int count, short[] places, long from) {
    int lacking = 0;
    for (int done = 0; done < count; done += SipLanes.LANES) {
      int lanes = Math.min(SipLanes.LANES, count - done);
      rankLanes(rows, done, lanes, from);
      for (int lane = 0; lane < lanes; lane++) {
        int row = rows[done + lane];
        System.arraycopy(best, lane * kept, places, row * kept, kept);
        if (best[lane * kept + kept - 1] == candidates.nobody()) {
          rows[lacking++] = row;
        }
      }
    }
    return lacking;
  }

  private void rankLanes(int[] rows, int done, int lanes, long from) {
    Arrays.fill(best, (short) candidates.nobody());
    Arrays.fill(bestScores, from);
    rowScores.turnTo(rows, done, lanes);
    for (int candidate = 0; candidate < candidates.count(); candidate++) {
      rowScores.score(candidate, scores);
      for (int lane = 0; lane < SipLanes.LANES; lane++) {
        int last = lane * kept + kept - 1;
        if (candidates.isBefore(candidate, scores[lane], best[last], bestScores[last])) {
          insert(lane * kept, last, candidate, scores[lane]);
        }
      }
    }
  }

  /** Puts a candidate in its place between {@code first} and {@code last}, which drops out. */
  private void insert(int first, int last, int candidate, long score) {
    int i = last;
    while (i > first && candidates.isBefore(candidate, score, best[i - 1], bestScores[i - 1])) {
      best[i] = best[i - 1];
      bestScores[i] = bestScores[i - 1];
      i--;
    }
    best[i] = (short) candidate;
    bestScores[i] = score;
  }
}
