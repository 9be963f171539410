package io.lbdirector.forwarding;

import java.util.stream.IntStream;

/**
 * Makes the order of other candidates out of a kept one, which has eight or more: in each row the
 * new ones are put where they belong, and rows that lose one of those kept are ranked anew. Whoever
 * gets another weight leaves and comes anew.
 */
final class RowOrderChange {
  private final RowOrder old;
  private final Candidates wanted;

  /** For each candidate of the old order its place in the new one; -1: it leaves. */
  private final short[] moved;

  private final int[] added;
  private final RowScores rowScores;
  private final long[] scores = new long[SipLanes.LANES];
  private final short[] places;
  private final int kept;

  /** Rows to be ranked anew. */
  private final int[] torn = new int[ForwardingTable.ROWS];

  private int tornCount;

  RowOrderChange(RowOrder old, Candidates wanted) {
    this.old = old;
    this.wanted = wanted;
    this.kept = old.kept();
    this.moved = old.candidates().placesIn(wanted);
    short[] origin = wanted.placesIn(old.candidates());
    this.added = IntStream.range(0, origin.length).filter(i -> origin[i] < 0).toArray();
    this.rowScores = new RowScores(old.seed(), wanted.addresses());
    this.places = new short[ForwardingTable.ROWS * kept];
  }

  /** How many candidates come or leave. */
  int size() {
    int left = 0;
    for (short place : moved) {
      left += place < 0 ? 1 : 0;
    }
    return left + added.length;
  }

  /** Places of the new order, row by row. */
  short[] places() {
    for (int first = 0; first < ForwardingTable.ROWS; first += SipLanes.LANES) {
      boolean[] whole = copy(first);
      if (added.length > 0) {
        rowScores.turnTo(first);
        add(first, whole);
      }
    }
    new RowRanking(wanted, rowScores, kept).rank(torn, tornCount, places);
    return places;
  }

  /** Copies rows; tells which of them lost nobody. */
  private boolean[] copy(int first) {
    boolean[] whole = new boolean[SipLanes.LANES];
    for (int lane = 0; lane < SipLanes.LANES; lane++) {
      whole[lane] = copyRow(first + lane);
      if (!whole[lane]) {
        torn[tornCount++] = first + lane;
      }
    }
    return whole;
  }

  private boolean copyRow(int row) {
    int worst = 0;
    for (int rank = 0; rank < kept; rank++) {
      short place = moved[old.place(row, rank)];
      places[row * kept + rank] = place;
      worst |= place; // negative from the first that is
    }
    return worst >= 0;
  }

  private void add(int first, boolean[] whole) {
    for (int candidate : added) {
      rowScores.score(candidate, scores);
      for (int lane = 0; lane < SipLanes.LANES; lane++) {
        if (whole[lane]) {
          insert((first + lane) * kept, candidate, lane);
        }
      }
    }
  }

  /** Puts a candidate before those of a row that it beats; the last one of them drops out. */
  private void insert(int from, int candidate, int lane) {
    int i = from + kept;
    while (i > from && beats(candidate, lane, places[i - 1])) {
      if (i < from + kept) {
        places[i] = places[i - 1];
      }
      i--;
    }
    if (i < from + kept) {
      places[i] = (short) candidate;
    }
  }

  private boolean beats(int candidate, int lane, int other) {
    return wanted.isBefore(candidate, scores[lane], other, rowScores.score(other, lane));
  }
}
