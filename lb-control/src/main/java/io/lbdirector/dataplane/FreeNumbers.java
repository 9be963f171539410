package io.lbdirector.dataplane;

import java.util.BitSet;
import java.util.Collection;

/** Gives out the smallest numbers that are neither taken nor the reserved 0. */
final class FreeNumbers {
  private final String what;
  private final int limit;
  private final BitSet taken = new BitSet();

  /**
   * @param what for the message when none is left
   * @param limit one more than the largest number
   */
  FreeNumbers(String what, int limit, Collection<Integer> taken) {
    this.what = what;
    this.limit = limit;
    this.taken.set(0);
    taken.forEach(this.taken::set);
  }

  /**
   * @throws IllegalStateException if all are taken, which the limits on a config rule out
   */
  int next() {
    int number = taken.nextClearBit(0);
    if (number >= limit) {
      throw new IllegalStateException("no free " + what + " below " + limit);
    }
    taken.set(number);
    return number;
  }
}
