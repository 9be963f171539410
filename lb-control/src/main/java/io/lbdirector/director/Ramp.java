package io.lbdirector.director;

import java.time.Duration;
import java.time.Instant;

/**
 * A share of rows that grows or shrinks evenly with time.
 *
 * @param begun when it was {@code from}
 * @param over how long it takes; longer than zero
 * @param from percent of the rows that a backend would lead, 0 to 100
 * @param to the same, at the end
 */
record Ramp(Instant begun, Duration over, int from, int to) {
  /** What it is now: never more than at its end, nor less than at its beginning, or vice versa. */
  int percent(Instant now) {
    long whole = over.toMillis();
    long gone = Math.max(0, Math.min(whole, Duration.between(begun, now).toMillis()));
    return (int) (from + (to - from) * gone / whole);
  }

  boolean isOver(Instant now) {
    return !now.isBefore(begun.plus(over));
  }
}
