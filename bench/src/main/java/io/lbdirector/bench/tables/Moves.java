package io.lbdirector.bench.tables;

import io.lbdirector.forwarding.IpAddress;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Rows that get another primary.
 *
 * @param before as many rows as {@code after}
 */
record Moves(Placement before, Placement after) {

  int moved() {
    return count(row -> true);
  }

  /**
   * Rows that have to move, whatever the table, for every backend to lead as many as it then does.
   */
  int minimum() {
    Map<IpAddress, Integer> loads = after.loads();
    return before.loads().entrySet().stream()
        .mapToInt(load -> Math.max(0, load.getValue() - loads.getOrDefault(load.getKey(), 0)))
        .sum();
  }

  int needless() {
    return moved() - minimum();
  }

  /** Rows that move though they were led by none of those with whom something happened. */
  int ofOthers(Set<IpAddress> changed) {
    return count(row -> !changed.contains(before.primary(row)));
  }

  /**
   * Rows whose old primary still runs, but is no hop of the new row: connections there break.
   *
   * @param hops that a row may have
   * @param ended backends that run no more
   */
  int lost(int hops, Set<IpAddress> ended) {
    return count(
        row ->
            !ended.contains(before.primary(row)) && !after.reaches(row, before.primary(row), hops));
  }

  private int count(IntPredicate which) {
    return (int)
        IntStream.range(0, before.rows())
            .filter(row -> !before.primary(row).equals(after.primary(row)))
            .filter(which)
            .count();
  }
}
