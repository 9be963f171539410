package io.lbdirector.health;

import java.time.Duration;

/**
 * Makes a verdict of results in a row. {@code fall} bad ones bring a backend down, {@code rise}
 * good ones up again; from unknown, the first good one does.
 *
 * <p>A backend that flaps must prove itself for longer: each fall from up doubles the rise in
 * force, up to four times {@code rise}, until no fall has come for a minute.
 */
final class RiseAndFall {
  private static final long FORGOTTEN_AFTER_NANOS = Duration.ofSeconds(60).toNanos();
  private static final int MOST_DOUBLINGS = 2;

  private final int rise;
  private final int fall;
  private Health health;
  private boolean lastGood;
  private int inARow;
  private int recentFalls;
  private long lastFallNanos;

  RiseAndFall(int rise, int fall, Health start) {
    this.rise = rise;
    this.fall = fall;
    this.health = start;
  }

  Health health() {
    return health;
  }

  /** Results like the last one, in a row. */
  int inARow() {
    return inARow;
  }

  /**
   * @param nowNanos of a clock that only grows, as below
   */
  int riseInForce(long nowNanos) {
    return rise << (isForgotten(nowNanos) ? 0 : recentFalls);
  }

  /**
   * @return whether {@link #health} changes
   */
  boolean good(long nowNanos) {
    count(true);
    if (health == Health.UP || (health == Health.DOWN && inARow < riseInForce(nowNanos))) {
      return false;
    }
    health = Health.UP;
    return true;
  }

  /**
   * @return whether {@link #health} changes
   */
  boolean bad(long nowNanos) {
    count(false);
    if (health == Health.DOWN || inARow < fall) {
      return false;
    }
    if (health == Health.UP) {
      recentFalls = isForgotten(nowNanos) ? 1 : Math.min(recentFalls + 1, MOST_DOUBLINGS);
      lastFallNanos = nowNanos;
    }
    health = Health.DOWN;
    return true;
  }

  private void count(boolean good) {
    if (good != lastGood) {
      lastGood = good;
      inARow = 0;
    }
    inARow = inARow == Integer.MAX_VALUE ? inARow : inARow + 1;
  }

  private boolean isForgotten(long nowNanos) {
    return recentFalls == 0 || nowNanos - lastFallNanos >= FORGOTTEN_AFTER_NANOS;
  }
}
