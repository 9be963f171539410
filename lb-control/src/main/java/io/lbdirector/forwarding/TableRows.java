package io.lbdirector.forwarding;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Builds the rows of a table. In each row the candidates stand in their {@link RowOrder}, of which
 * {@link Algorithm#BALANCED} may exchange the first two. The first that is fit leads the row, the
 * others follow in order, so that a backend which drains or fails stays next in line for the
 * connections that it holds.
 *
 * <p>With {@link Algorithm#RENDEZVOUS} and equal weights that is GLB director's table, bit for bit,
 * for the same seed and backends.
 */
public final class TableRows {
  /** A share of all the rows, in the unit of {@link #shares}. */
  private static final int ALL = 100 * 65_536;

  private final RowOrder order;
  private final RowBalance balance;
  private final int hopCount;
  private final short[] hops;

  /** What share of the rows that would be its own each candidate may lead: 0 to {@link #ALL}. */
  private final int[] shares;

  private final RowScores rowScores;
  private final long[] scores = new long[SipLanes.LANES];
  private int scoredFrom = -1; // first of the rows that rowScores is turned to

  /** Rows none of whose kept candidates may lead them. */
  private final int[] leaderless = new int[ForwardingTable.ROWS];

  private int leaderlessCount;

  private TableRows(TableRules rules, RowOrder order, int[] shares) {
    this.order = order;
    this.shares = shares;
    this.balance = RowBalance.of(order, rules);
    this.hopCount = Math.min(rules.hops(), shares.length);
    this.hops = new short[ForwardingTable.ROWS * hopCount];
    this.rowScores = new RowScores(order.seed(), order.candidates().addresses());
  }

  /**
   * Builds all rows, from nothing.
   *
   * @param backends at most 32,767, in any order; inactive ones are left out
   * @param up whether a backend's health lets it lead rows; asked once for each candidate
   * @return rows of {@code min(hops, candidates)} hops; of none if every backend is inactive
   * @throws IllegalArgumentException if two backends share an address, naming it, or there are too
   *     many
   */
  public static ForwardingTable build(
      TableRules rules, List<Backend> backends, Predicate<Backend> up) {
    return build(rules, RowOrder.of(rules.seed(), backends), backends, up);
  }

  /**
   * Builds all rows from their order, which takes a millisecond.
   *
   * @param order of these backends, whatever their states, with the seed of {@code rules}
   * @param backends as for {@link #build(TableRules, List, Predicate)}
   * @throws IllegalArgumentException also if the order is one of other backends, weights or seed
   */
  public static ForwardingTable build(
      TableRules rules, RowOrder order, List<Backend> backends, Predicate<Backend> up) {
    List<Backend> pool = Candidates.sorted(backends);
    if (!order.seed().equals(rules.seed()) || !order.candidates().equals(Candidates.of(pool))) {
      throw new IllegalArgumentException("the order is not that of these backends");
    }
    int[] shares = pool.stream().mapToInt(b -> up.test(b) ? share(b) : 0).toArray();
    return new TableRows(rules, order, shares).rows();
  }

  private static int share(Backend backend) {
    return switch (backend.state()) {
      case ACTIVE -> ALL;
      case FILLING -> backend.sharePercent().orElse(100) * 65_536;
      case DRAINING, INACTIVE -> 0;
    };
  }

  private ForwardingTable rows() {
    for (int row = 0; hopCount > 0 && row < ForwardingTable.ROWS; row++) {
      write(row, leader(row));
    }
    if (Arrays.stream(shares).anyMatch(share -> share > 0)) {
      for (int from = 0; from < leaderlessCount; from += SipLanes.LANES) {
        lookFurther(from, Math.min(SipLanes.LANES, leaderlessCount - from));
      }
    }
    return new ForwardingTable(
        order.candidates().addresses(),
        hopCount,
        hops,
        hopCount == 0 ? Optional.empty() : Optional.of(balance.summary()));
  }

  /** The best candidate that may lead the row; the best of all if none of those kept may. */
  private short leader(int row) {
    for (int rank = 0; rank < order.kept(); rank++) {
      short candidate = balance.place(row, rank);
      int share = shares[candidate];
      if (share == ALL || share > 0 && isWithin(share, score(row, candidate))) {
        return candidate;
      }
    }
    if (order.kept() < shares.length) {
      leaderless[leaderlessCount++] = row;
    }
    return balance.place(row, 0);
  }

  /** Slow start: a threshold on the low 16 bits of the score, so a growing share only adds rows. */
  private static boolean isWithin(int share, long score) {
    return (score & 0xffff) * 100 < share;
  }

  private long score(int row, int candidate) {
    int lane = row % SipLanes.LANES;
    if (scoredFrom != row - lane) {
      scoredFrom = row - lane;
      rowScores.turnTo(scoredFrom);
    }
    return rowScores.score(candidate, lane);
  }

  /** Finds the leader of rows whose kept candidates may not lead them, among all others. */
  private void lookFurther(int from, int count) {
    int[] best = new int[SipLanes.LANES];
    long[] bestScores = new long[SipLanes.LANES];
    Arrays.fill(best, -1);
    rowScores.turnTo(leaderless, from, count);
    for (int candidate = 0; candidate < shares.length; candidate++) {
      if (shares[candidate] > 0) {
        rowScores.score(candidate, scores);
        for (int lane = 0; lane < count; lane++) {
          if (isWithin(shares[candidate], scores[lane])
              && (best[lane] < 0 || isBefore(candidate, lane, best[lane], bestScores[lane]))) {
            best[lane] = candidate;
            bestScores[lane] = scores[lane];
          }
        }
      }
    }
    for (int lane = 0; lane < count; lane++) {
      if (best[lane] >= 0) {
        write(leaderless[from + lane], (short) best[lane]);
      }
    }
  }

  private boolean isBefore(int candidate, int lane, int other, long otherScore) {
    return order.candidates().isBefore(candidate, scores[lane], other, otherScore);
  }

  /** Writes the hops of one row: its leader, then the others in their order. */
  private void write(int row, short leader) {
    int at = row * hopCount;
    hops[at] = leader;
    for (int hop = 1, rank = 0; hop < hopCount; rank++) {
      short place = balance.place(row, rank);
      if (place != leader) {
        hops[at + hop++] = place;
      }
    }
  }
}
