package io.lbdirector.director;

import io.lbdirector.director.BalanceReport.Deviation;
import io.lbdirector.forwarding.Algorithm;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.Balance;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.TableRules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who leads how many rows of a table, beside what the weights of those are due that may lead any. A
 * backend that fills is due its share of the rows that it would lead; what it leaves goes to the
 * others by their weights. That is exact for one that fills, and near it for several.
 */
final class RowShares {
  private final List<Backend> pool;
  private final int[] rows;
  private final double[] due;

  /** Weight of those that may lead rows, as much of it as their shares. */
  private final double[] takes;

  private RowShares(List<Backend> pool, int[] rows, double[] takes) {
    this.pool = pool;
    this.rows = rows;
    this.takes = takes;
    this.due = due();
  }

  /**
   * @param pool in the states in force
   * @param unfit those of it that may not lead a row for their health
   */
  static RowShares of(List<Backend> pool, Set<IpAddress> unfit, ForwardingTable table) {
    Map<IpAddress, Integer> led = new HashMap<>();
    int[] counts = table.primaryCounts();
    for (int i = 0; i < counts.length; i++) {
      led.put(table.addresses().get(i), counts[i]);
    }
    return new RowShares(
        pool,
        pool.stream().mapToInt(b -> led.getOrDefault(b.address(), 0)).toArray(),
        pool.stream().mapToDouble(b -> unfit.contains(b.address()) ? 0 : takes(b)).toArray());
  }

  private static double takes(Backend backend) {
    return switch (backend.state()) {
      case ACTIVE -> backend.weight();
      case FILLING -> backend.weight() * backend.sharePercent().orElse(100) / 100.0;
      case DRAINING, INACTIVE -> 0;
    };
  }

  /** The parts of all rows, 0 to 1, that come to 1 unless nobody may lead any. */
  private double[] due() {
    double whole = 0;
    double taken = 0;
    for (int i = 0; i < takes.length; i++) {
      whole += takes[i] > 0 ? pool.get(i).weight() : 0;
      taken += takes[i];
    }
    double leftForEach = 0; // by a weight of 1
    for (int i = 0; i < takes.length; i++) {
      leftForEach += left(i, whole, taken - takes[i]);
    }
    double[] parts = new double[takes.length];
    for (int i = 0; i < parts.length; i++) {
      double others = taken - takes[i];
      double leftByOthers = leftForEach - left(i, whole, others);
      parts[i] = others > 0 ? takes[i] / whole + takes[i] * leftByOthers : Math.signum(takes[i]);
    }
    return parts;
  }

  /** What backend {@code i} leaves of its part, for each unit of weight that the others take. */
  private double left(int i, double whole, double others) {
    return takes[i] > 0 && others > 0 ? (pool.get(i).weight() - takes[i]) / whole / others : 0;
  }

  /** How many rows the backend leads that is at {@code place} of the pool. */
  int rows(int place) {
    return rows[place];
  }

  double rowsPercent(int place) {
    return rounded(100.0 * rows[place] / ForwardingTable.ROWS, 3);
  }

  double duePercent(int place) {
    return rounded(100 * due[place], 3);
  }

  private static double rounded(double value, int decimals) {
    double unit = Math.pow(10, decimals);
    return Math.round(value * unit) / unit;
  }

  BalanceReport balance(TableRules rules, ForwardingTable table) {
    Optional<Double> limit =
        rules.algorithm() == Algorithm.BALANCED
            ? Optional.of(rules.balanceLimitPermille() / 10.0)
            : Optional.empty();
    Optional<Double> raised = raisedLimit(pool, table);
    return new BalanceReport(
        limit, raised.isPresent(), raised.or(() -> limit), extreme(1), extreme(-1));
  }

  /** The first of equals. */
  private Optional<Deviation> extreme(int sign) {
    int found = -1;
    for (int i = 0; i < due.length; i++) {
      boolean more = found >= 0 && sign * Double.compare(ofDue(i), ofDue(found)) > 0;
      found = due[i] > 0 && (found < 0 || more) ? i : found;
    }
    return found < 0
        ? Optional.empty()
        : Optional.of(
            new Deviation(
                pool.get(found).address().toString(),
                rows[found],
                rounded(100 * (ofDue(found) - 1), 1)));
  }

  private double ofDue(int i) {
    return rows[i] / (ForwardingTable.ROWS * due[i]);
  }

  /**
   * What the balance limit of a table came to, in percent above a backend's part.
   *
   * @return empty if it did not have to be raised
   */
  static Optional<Double> raisedLimit(List<Backend> pool, ForwardingTable table) {
    return table.balance().filter(Balance::relaxed).map(balance -> percent(balance, pool));
  }

  /** Draining backends and those that are down count: limits are set before states and health. */
  private static double percent(Balance balance, List<Backend> pool) {
    long whole = 0;
    long weight = 0;
    for (Backend backend : pool) {
      whole += backend.state() == BackendState.INACTIVE ? 0 : backend.weight();
      weight += backend.address().equals(balance.busiest()) ? backend.weight() : 0;
    }
    double part = (double) ForwardingTable.ROWS * weight / whole;
    return rounded(100 * (Math.max(balance.limit(), balance.load()) / part - 1), 1);
  }
}
