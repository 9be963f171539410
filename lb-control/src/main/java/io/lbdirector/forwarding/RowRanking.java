package io.lbdirector.forwarding;

/**
 * Ranks all candidates in rows, from nothing. Works on {@link SipLanes#LANES} rows at a time, hence
 * not for several threads.
 */
final class RowRanking {
  private final Candidates candidates;
  private final RowScores rowScores;
  private final int kept;

  /** The best {@link #kept} found so far in each row, best first. */
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
   * @param rows numbers of rows, the first {@code count} of which count
   * @param places receives them: row {@code r} has its {@code kept} places from {@code r * kept}
   */
  void rank(int[] rows, int count, short[] places) {
    for (int from = 0; from < count; from += SipLanes.LANES) {
      int lanes = Math.min(SipLanes.LANES, count - from);
      rowScores.turnTo(rows, from, lanes);
      for (int candidate = 0; candidate < candidates.count(); candidate++) {
        rowScores.score(candidate, scores);
        offer(candidate);
      }
      for (int lane = 0; lane < lanes; lane++) {
        System.arraycopy(best, lane * kept, places, rows[from + lane] * kept, kept);
      }
    }
  }

  private void offer(int candidate) {
    if (candidate < kept) {
      for (int lane = 0; lane < SipLanes.LANES; lane++) {
        insert(lane * kept, candidate, candidate, scores[lane]);
      }
      return;
    }
    for (int lane = 0; lane < SipLanes.LANES; lane++) {
      int last = lane * kept + kept - 1;
      if (candidates.isBefore(candidate, scores[lane], best[last], bestScores[last])) {
        insert(lane * kept, kept - 1, candidate, scores[lane]);
      }
    }
  }

  /** Puts a candidate in its place among the {@code last} better ones; the one there is lost. */
  private void insert(int from, int last, int candidate, long score) {
    int i = from + last;
    while (i > from && candidates.isBefore(candidate, score, best[i - 1], bestScores[i - 1])) {
      best[i] = best[i - 1];
      bestScores[i] = bestScores[i - 1];
      i--;
    }
    best[i] = (short) candidate;
    bestScores[i] = score;
  }
}
