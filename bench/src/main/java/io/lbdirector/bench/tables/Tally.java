package io.lbdirector.bench.tables;

import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import java.util.DoubleSummaryStatistics;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What one contender did, over seeds. Parts are of all rows: 0.01 is 1 %. */
final class Tally {
  private final DoubleSummaryStatistics busiest = new DoubleSummaryStatistics();
  private final Map<Change, ByChange> changes = new EnumMap<>(Change.class);

  private static final class ByChange {
    final DoubleSummaryStatistics needless = new DoubleSummaryStatistics();
    final DoubleSummaryStatistics ofOthers = new DoubleSummaryStatistics();
    final Map<Integer, DoubleSummaryStatistics> lost = new HashMap<>();
  }

  void add(Placement whole) {
    busiest.accept(whole.busiest());
  }

  /**
   * @param one to whom it happened, if it happened to one of the pool
   * @param ended who run no more
   */
  void add(Change change, Moves moves, IpAddress one, Set<IpAddress> ended) {
    ByChange tally = changes.computeIfAbsent(change, c -> new ByChange());
    double rows = moves.before().rows();
    tally.needless.accept(moves.needless() / rows);
    tally.ofOthers.accept(moves.ofOthers(Set.of(one)) / rows);
    for (int hops = 1; hops <= ForwardingTable.MAX_HOPS; hops++) {
      tally
          .lost
          .computeIfAbsent(hops, h -> new DoubleSummaryStatistics())
          .accept(moves.lost(hops, ended) / rows);
    }
  }

  /** How far the busiest backend is above its part. */
  DoubleSummaryStatistics busiest() {
    return busiest;
  }

  /** Rows that moved beside those that had to. */
  DoubleSummaryStatistics needless(Change change) {
    return changes.get(change).needless;
  }

  /** Rows that moved though another backend led them than the one to whom it happened. */
  DoubleSummaryStatistics ofOthers(Change change) {
    return changes.get(change).ofOthers;
  }

  /**
   * Rows whose old primary is out of reach for second chance.
   *
   * @param hops 1 to 4
   */
  DoubleSummaryStatistics lost(Change change, int hops) {
    return changes.get(change).lost.get(hops);
  }
}
