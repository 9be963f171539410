package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

final class ClockWatchTest {
  private Instant wall = Instant.parse("2026-01-02T03:04:05Z");
  private long nanos = Long.MAX_VALUE - 5; // it may overflow
  private final InstantSource source = () -> wall;
  private final Clock clock = source.withZone(ZoneOffset.UTC);
  private final ClockWatch watch = new ClockWatch(clock, () -> nanos);

  private void pass(Duration time) {
    wall = wall.plus(time);
    nanos += time.toNanos();
  }

  @Test
  void shouldTakeTimeThatPassesForWhatItIs() {
    pass(Duration.ofDays(10));
    assertEquals(Duration.ZERO, watch.take());
  }

  @Test
  void shouldTellOnceHowFarTheClockWasSet() {
    for (Duration set : new Duration[] {Duration.ofHours(1), Duration.ofSeconds(-90)}) {
      pass(Duration.ofSeconds(20));
      wall = wall.plus(set);
      assertEquals(set, watch.take());
      assertEquals(Duration.ZERO, watch.take());
    }
  }

  @Test
  void shouldGatherSmallCorrections() {
    wall = wall.plusMillis(600);
    assertEquals(Duration.ZERO, watch.take());
    wall = wall.plusMillis(600);
    assertEquals(Duration.ofMillis(1200), watch.take());
  }
}
