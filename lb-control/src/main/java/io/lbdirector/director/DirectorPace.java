package io.lbdirector.director;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long the director waits for what.
 *
 * @param gateways for MACs that the next generation needs, at most
 * @param again until rows follow again, after a failure, or while shares go with time
 * @param rollback until a return to the config before is tried again
 * @param nanos a clock that only grows, as {@link System#nanoTime}: what the wall clock is compared
 *     with
 */
record DirectorPace(Duration gateways, Duration again, Duration rollback, LongSupplier nanos) {
  static final DirectorPace USUAL =
      new DirectorPace(
          Duration.ofSeconds(3), Duration.ofSeconds(1), Duration.ofSeconds(5), System::nanoTime);
}
