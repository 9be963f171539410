package io.lbdirector.forwarding;

import java.util.Arrays;

/**
 * Ranks all candidates in rows, from nothing. Works on {@link SipLanes#LANES} rows at a time, hence
 * not for several threads.
 *
 * <p>Comparing and inserting cost more than hashing. So the lists of the best begin with a score
 * that nearly always enough candidates beat, and few others; where they do not, the row is done
 * again.
 */
final class RowRanking {
  private final Candidates candidates;
  private final RowScores rowScores;
  private final int kept;

  /** The best {@link #kept} found so far in each row, best first; nobody where none was found. */
  private final short[] best;

  private final long[] bestScores;
  private final int[] low = new int[SipLanes.LANES];

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
    int again = rank(rows, count, places, ScoreGuess.of(candidates, kept));
    rank(rows, again, places, ScoreGuess.none(candidates));
  }

  /**
   * @return how many rows lack candidates: from now on the first of {@code rows}
   */
  private int rank(int[] rows, int count, short[] places, ScoreGuess guess) {
    int lacking = 0;
    for (int done = 0; done < count; done += SipLanes.LANES) {
      int lanes = Math.min(SipLanes.LANES, count - done);
      rowScores.turnTo(rows, done, lanes);
      rankLanes(guess);
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

  private void rankLanes(ScoreGuess guess) {
    Arrays.fill(best, (short) candidates.nobody());
    Arrays.fill(bestScores, guess.score());
    for (int candidate = 0; candidate < candidates.count(); candidate++) {
      int found = rowScores.findLow(candidate, guess.limit(candidate), low);
      for (int i = 0; i < found; i++) {
        insert(low[i] * kept, candidate, rowScores.lastScore(low[i]));
      }
    }
  }

  /** Puts a candidate before those of a row that it beats; the last one of them drops out. */
  private void insert(int first, int candidate, long score) {
    int i = first + kept;
    while (i > first && candidates.isBefore(candidate, score, best[i - 1], bestScores[i - 1])) {
      i--;
    }
    int last = first + kept - 1;
    if (i <= last) {
      System.arraycopy(best, i, best, i + 1, last - i);
      System.arraycopy(bestScores, i, bestScores, i + 1, last - i);
      best[i] = (short) candidate;
      bestScores[i] = score;
    }
  }
}
