package io.lbdirector.director;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/** Notices when the wall clock is set: it has gone further, or less far, than time did. */
final class ClockWatch {
  /** Less is not worth a correction. */
  private static final Duration NOTICED = Duration.ofSeconds(1);

  private final Clock clock;
  private final LongSupplier nanos;
  private Instant wall;
  private long grown;

  /**
   * @param nanos a clock that only grows, as {@link System#nanoTime}
   */
  ClockWatch(Clock clock, LongSupplier nanos) {
    this.clock = clock;
    this.nanos = nanos;
    this.wall = clock.instant();
    this.grown = nanos.getAsLong();
  }

  /** How far the clock was set since this was asked last; below zero if back. */
  Duration take() {
    Instant nowWall = clock.instant();
    long nowGrown = nanos.getAsLong();
    Duration set =
        Duration.between(wall.plusNanos(nowGrown - grown), nowWall).truncatedTo(ChronoUnit.MILLIS);
    if (set.abs().compareTo(NOTICED) < 0) {
      return Duration.ZERO;
    }
    wall = nowWall;
    grown = nowGrown;
    return set;
  }
}
