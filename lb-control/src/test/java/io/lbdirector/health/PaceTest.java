package io.lbdirector.health;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class PaceTest {
  private static final long SEED = 42;
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final int CHECKS = 100_000;

  private final Pace pace = new Pace(new SplittableRandom(SEED));

  @Test
  void shouldSpreadFirstChecksEvenlyOverOneInterval() {
    long[] tenths = new long[10];
    for (int i = 0; i < CHECKS; i++) {
      long first = pace.firstNanos(INTERVAL);
      assertTrue(first >= 0 && first < INTERVAL.toNanos(), first + " ns");
      tenths[(int) (first * 10 / INTERVAL.toNanos())]++;
    }
    for (long tenth : tenths) {
      assertTrue(Math.abs(tenth - CHECKS / 10) < CHECKS / 100, tenth + " in one tenth");
    }
  }

  @Test
  void shouldVaryTheIntervalByATenthBothWays() {
    long[] next =
        LongStream.generate(() -> pace.nextNanos(INTERVAL)).limit(CHECKS).sorted().toArray();
    long interval = INTERVAL.toNanos();
    assertTrue(next[0] >= interval * 9 / 10 && next[0] < interval * 91 / 100, next[0] + " ns");
    long last = next[CHECKS - 1];
    assertTrue(last <= interval * 11 / 10 && last > interval * 109 / 100, last + " ns");
    assertTrue(Math.abs(next[CHECKS / 2] - interval) < interval / 100, next[CHECKS / 2] + " ns");
  }
}
