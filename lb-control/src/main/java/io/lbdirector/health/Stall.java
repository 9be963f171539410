package io.lbdirector.health;

import java.time.Duration;
import java.util.Optional;

/**
 * Whether the checker has stalled: from the moment it is later than tolerable until it has not been
 * for a while. Looked at by one thread, asked from any.
 */
final class Stall {
  /** What a look may find. */
  enum Change {
    NONE,
    BEGUN,
    OVER
  }

  private final long calmNanos;
  private volatile Optional<Long> beganNanos = Optional.empty();
  private long lastLateNanos;

  /**
   * @param calm how long it must be in time for a stall to be over
   */
  Stall(Duration calm) {
    this.calmNanos = calm.toNanos();
  }

  /**
   * @param nowNanos of a clock that only grows
   * @param lateNanos beyond what is tolerable; in time if not above 0
   */
  Change look(long nowNanos, long lateNanos) {
    if (lateNanos > 0) {
      lastLateNanos = nowNanos;
    }
    if (beganNanos.isEmpty() && lateNanos > 0) {
      beganNanos = Optional.of(nowNanos - lateNanos);
      return Change.BEGUN;
    }
    if (beganNanos.isPresent() && nowNanos - lastLateNanos >= calmNanos) {
      beganNanos = Optional.empty();
      return Change.OVER;
    }
    return Change.NONE;
  }

  Optional<Duration> lasting(long nowNanos) {
    return beganNanos.map(began -> Duration.ofNanos(nowNanos - began));
  }
}
