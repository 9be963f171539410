package io.lbdirector.director;

import java.util.Optional;

/**
 * How evenly the rows of a table lie on the backends that may lead them: that are active or
 * filling, and not down.
 *
 * @param limitPercent how far above its part of the rows a backend may be, by the file; empty
 *     unless the table is balanced
 * @param relaxed whether no rows could keep to it, so that it was raised
 * @param limitInForcePercent what it came to; as {@code limitPercent} if it was not raised
 * @param busiest the backend that leads most rows for what it is due; empty if none may lead rows
 * @param idlest the one that leads fewest
 */
public record BalanceReport(
    Optional<Double> limitPercent,
    boolean relaxed,
    Optional<Double> limitInForcePercent,
    Optional<Deviation> busiest,
    Optional<Deviation> idlest) {

  /**
   * How many rows a backend leads beside what it is due.
   *
   * @param aboveDuePercent of what it is due, with one decimal; negative: it leads fewer
   */
  public record Deviation(String backend, int rows, double aboveDuePercent) {}
}
