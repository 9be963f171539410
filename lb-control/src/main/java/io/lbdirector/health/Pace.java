package io.lbdirector.health;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a target is checked next. Chance spreads the checks: many targets make no burst, and many
 * directors do not ask a backend in step.
 */
final class Pace {
  private static final double JITTER = 0.1;

  private final RandomGenerator random;

  Pace(RandomGenerator random) {
    this.random = random;
  }

  /** From now to the first check: any time within one interval. */
  long firstNanos(Duration interval) {
    return (long) (interval.toNanos() * random.nextDouble());
  }

  /** From the start of one check to that of the next: the interval, a tenth more or less. */
  long nextNanos(Duration interval) {
    return (long) (interval.toNanos() * (1 - JITTER + 2 * JITTER * random.nextDouble()));
  }
}
