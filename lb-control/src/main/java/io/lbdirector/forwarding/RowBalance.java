package io.lbdirector.forwarding;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Decides which of a row's first two candidates goes first, so that nobody leads many more rows
 * than its weight is due: a row of a candidate that is above its limit goes to the second one, if
 * that is below its own. Where a round does not suffice, all limits are raised a little.
 */
final class RowBalance {
  private static final int ROUNDS = 16;

  /** Limits are raised by one part in so many. */
  private static final int RAISE = 128;

  private final RowOrder order;
  private final BitSet exchanged = new BitSet(ForwardingTable.ROWS);
  private final int[] loads;
  private final int[] limits;
  private boolean relaxed;

  private RowBalance(RowOrder order) {
    this.order = order;
    this.loads = new int[order.candidates().count()];
    this.limits = new int[loads.length];
    for (int row = 0; loads.length > 0 && row < ForwardingTable.ROWS; row++) {
      loads[order.place(row, 0)]++;
    }
  }

  /** As the rules have it: exchanges nothing unless they say balanced. */
  static RowBalance of(RowOrder order, TableRules rules) {
    RowBalance balance = new RowBalance(order);
    switch (rules.algorithm()) {
      case RENDEZVOUS -> Arrays.fill(balance.limits, ForwardingTable.ROWS);
      case BALANCED -> balance.exchange(rules.balanceLimitPermille());
    }
    return balance;
  }

  private void exchange(int limitPermille) {
    setLimits(limitPermille);
    exchangeOnce();
    for (int round = 2; round <= ROUNDS && anyAboveLimit(); round++) {
      relaxed = true;
      raiseLimits();
      exchangeOnce();
    }
  }

  private void setLimits(int limitPermille) {
    long total = 1000 * order.candidates().totalWeight();
    for (int i = 0; i < limits.length; i++) {
      long part = (long) ForwardingTable.ROWS * order.candidates().weight(i);
      limits[i] = (int) ceilDiv(part * (1000 + limitPermille), total);
    }
  }

  private void raiseLimits() {
    for (int i = 0; i < limits.length; i++) {
      limits[i] += (int) ceilDiv(limits[i], RAISE);
    }
  }

  private static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }

  private void exchangeOnce() {
    for (int row = 0; limits.length > 1 && row < ForwardingTable.ROWS; row++) {
      int first = place(row, 0);
      int second = place(row, 1);
      if (loads[first] > limits[first] && loads[second] < limits[second]) {
        exchanged.flip(row);
        loads[first]--;
        loads[second]++;
      }
    }
  }

  private boolean anyAboveLimit() {
    for (int i = 0; i < loads.length; i++) {
      if (loads[i] > limits[i]) {
        return true;
      }
    }
    return false;
  }

  /** The candidate at place {@code rank} of a row, as it now stands; 0 is the best. */
  short place(int row, int rank) {
    return order.place(row, rank < 2 && exchanged.get(row) ? 1 - rank : rank);
  }

  /** What came of it; there is at least one candidate. */
  Balance summary() {
    int busiest = 0;
    int largest = 0;
    for (int i = 0; i < loads.length; i++) {
      largest = Math.max(largest, loads[i]);
      if ((long) loads[i] * weight(busiest) > (long) loads[busiest] * weight(i)) {
        busiest = i;
      }
    }
    long part = (long) ForwardingTable.ROWS * weight(busiest);
    long permille = (1000L * loads[busiest] * order.candidates().totalWeight() + part / 2) / part;
    return new Balance(
        largest,
        order.candidates().addresses().get(busiest),
        loads[busiest],
        permille,
        limits[busiest],
        relaxed,
        exchanged.cardinality());
  }

  private int weight(int candidate) {
    return order.candidates().weight(candidate);
  }
}
