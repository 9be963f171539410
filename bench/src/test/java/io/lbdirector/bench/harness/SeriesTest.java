package io.lbdirector.bench.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SeriesTest {
  private static Series series(int operations, long[]... rounds) {
    Series series = new Series("test", operations);
    for (int round = 0; round < rounds.length; round++) {
      for (long nanos : rounds[round]) {
        series.add(round, nanos);
      }
    }
    return series;
  }

  @Test
  void shouldGiveFiguresPerOperation() {
    Series series = series(10, new long[] {400, 100, 200, 300});
    assertEquals(10, series.minimum());
    assertEquals(25, series.median());
    assertEquals(40, series.maximum());
    assertEquals(40, series.percentile(100));
    assertEquals(20, series.percentile(50));
  }

  @Test
  void shouldTakeTheFastestSampleOfEachRound() {
    Series series = series(2, new long[] {100, 20}, new long[] {40, 40}, new long[] {30, 900});
    assertEquals(15, series.medianOfRounds());
  }

  @Test
  void shouldCompareRoundWithRoundSoThatSlowRoundsAndSamplesDoNotCount() {
    Series base = series(1, new long[] {10, 99}, new long[] {110, 100}, new long[] {20});
    Series twice = series(1, new long[] {20}, new long[] {200, 9999}, new long[] {800, 40, 41});
    assertEquals(2.0, twice.medianRatioTo(base));
    assertEquals(1.0, base.medianRatioTo(base));
  }
}
