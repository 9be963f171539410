package io.lbdirector.health;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the event loop, from a thread of its own, how late checks are, and notices if no answer
 * comes: who only listens to results does not notice that none come.
 */
final class Watchdog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
  private static final int LOOKS_PER_TOLERANCE = 5;

  private final Executor loop;
  private final LongSupplier lateness;
  private final LongSupplier ticker;
  private final long toleranceNanos;
  private final Stall stall;
  private final CountDownLatch closed = new CountDownLatch(1);

  // Written by the event loop, the second last.
  private volatile long checksLateNanos;
  private volatile boolean answered = true;

  // Confined to the watchdog's thread.
  private long askedNanos;

  private Watchdog(Executor loop, LongSupplier lateness, LongSupplier ticker, Duration tolerance) {
    this.loop = loop;
    this.lateness = lateness;
    this.ticker = ticker;
    this.toleranceNanos = tolerance.toNanos();
    this.stall = new Stall(tolerance);
  }

  /**
   * @param lateness asked on {@code loop}: how late checks are beyond what is tolerable, in ns
   * @param tolerance how long {@code loop} may not come round
   */
  static Watchdog start(
      Executor loop, LongSupplier lateness, LongSupplier ticker, Duration tolerance) {
    Watchdog watchdog = new Watchdog(loop, lateness, ticker, tolerance);
    Thread thread = new Thread(watchdog::run, "lb-health-watch");
    thread.setDaemon(true);
    thread.start();
    return watchdog;
  }

  private void run() {
    try {
      ask();
      while (!closed.await(toleranceNanos / LOOKS_PER_TOLERANCE, TimeUnit.NANOSECONDS)) {
        look();
        ask();
      }
    } catch (RejectedExecutionException | InterruptedException e) {
      LOG.debug("watchdog ends, the event loop has", e);
    }
  }

  private void ask() {
    if (answered) {
      answered = false;
      askedNanos = ticker.getAsLong();
      loop.execute(this::answer);
    }
  }

  private void answer() {
    checksLateNanos = lateness.getAsLong();
    answered = true;
  }

  private void look() {
    long now = ticker.getAsLong();
    boolean comesRound = answered;
    long late = comesRound ? checksLateNanos : now - askedNanos - toleranceNanos;
    switch (stall.look(now, late)) {
      case BEGUN ->
          LOG.atWarn()
              .addKeyValue(
                  "reason",
                  comesRound ? "checks begin too late" : "the event loop does not come round")
              .addKeyValue("late_ms", TimeUnit.NANOSECONDS.toMillis(late))
              .log("health checks stalled, verdicts may be old");
      case OVER -> LOG.warn("health checks run in time again");
      case NONE -> {}
    }
  }

  Optional<Duration> stalledFor() {
    return stall.lasting(ticker.getAsLong());
  }

  /** Ends the thread, at its next step. */
  @Override
  public void close() {
    closed.countDown();
  }
}
