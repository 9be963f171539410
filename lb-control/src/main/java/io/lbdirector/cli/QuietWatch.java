package io.lbdirector.cli;

import java.time.Duration;

/**
 * Tells from looks at a counter how long nothing was counted. Two looks that find the same prove
 * that nothing was counted between them, however long that is. The quiet begins anew when the
 * counter has gone back, for then it was counted from zero again; and after a look without an
 * answer, for where a question is lost, what would have been counted may be lost as well.
 */
final class QuietWatch {
  private final long startedNanos;
  private long sinceNanos;
  private long seenNanos;
  private long count = -1;
  private boolean missed;
  private long growth;
  private boolean wentBack;

  QuietWatch(long nowNanos) {
    startedNanos = nowNanos;
    sinceNanos = nowNanos;
    seenNanos = nowNanos;
  }

  /** Forgets what was counted: from now on it matters. */
  void begin(long nowNanos) {
    sinceNanos = nowNanos;
    seenNanos = nowNanos;
    count = -1;
  }

  /** A look at the counter. */
  void see(long nowNanos, long seen) {
    wentBack = seen < count;
    growth = count < 0 || wentBack ? 0 : seen - count;
    if (seen != count || missed) {
      sinceNanos = nowNanos;
    }
    count = seen;
    seenNanos = nowNanos;
    missed = false;
  }

  /** A look that had no answer. */
  void miss() {
    missed = true;
  }

  /** Up to the last look that had an answer. */
  Duration quiet() {
    return Duration.ofNanos(seenNanos - sinceNanos);
  }

  /** Since the last look that had an answer, or since the beginning if none had. */
  Duration unseen(long nowNanos) {
    return Duration.ofNanos(nowNanos - seenNanos);
  }

  Duration waited(long nowNanos) {
    return Duration.ofNanos(nowNanos - startedNanos);
  }

  /** What was counted between the last two looks, as far as it can be told. */
  long growth() {
    return growth;
  }

  /** Whether the last look found the counter lower than the one before. */
  boolean wentBack() {
    return wentBack;
  }

  /** Whether any look had an answer. */
  boolean answered() {
    return count >= 0;
  }
}
