package io.lbdirector.lab;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for a condition, for a bounded time. */
final class Await {
  /** Long enough for a machine that is busy with other things; what works takes a fraction. */
  static final Duration LIMIT = Duration.ofSeconds(60);

  private static final long PAUSE_MS = 10;

  private Await() {}

  /**
   * Asks {@code condition} until it holds.
   *
   * @throws AssertionError if it does not within {@link #LIMIT}
   */
  static void until(String what, Callable<Boolean> condition) throws Exception {
    if (!within(LIMIT, condition)) {
      throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
    }
  }

  /** Asks {@code condition} until it holds, or for as long as the limit says. */
  static boolean within(Duration limit, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS); // between two looks, not in their place
    }
    return true;
  }
}
