package io.lbdirector.health;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, for a bounded time. */
final class Await {
  /** Long enough for a machine that is busy with other things; what works takes a fraction. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Await() {}

  /**
   * @throws AssertionError with what {@code otherwise} says, if the condition does not come
   */
  static void until(BooleanSupplier condition, Supplier<?> otherwise) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + LIMIT.toSeconds() + " s, but " + otherwise.get());
      }
      TimeUnit.MILLISECONDS.sleep(2); // between two looks, not in their place
    }
  }
}
