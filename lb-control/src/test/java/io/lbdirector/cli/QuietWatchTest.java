package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QuietWatchTest {
  private static final long SECOND = 1_000_000_000L;

  private final QuietWatch watch = new QuietWatch(0);

  private void see(long second, long count) {
    watch.see(second * SECOND, count);
  }

  private void assertQuiet(long seconds) {
    assertEquals(Duration.ofSeconds(seconds), watch.quiet());
  }

  @Test
  void shouldKnowNothingFromOneLook() {
    assertFalse(watch.answered());
    see(100, 1000);
    assertTrue(watch.answered());
    assertQuiet(0);
    assertEquals(0, watch.growth());
  }

  @Test
  void shouldMeasureFromTheLookThatFoundTheLastGrowth() {
    see(0, 7);
    see(2, 9);
    assertEquals(2, watch.growth());
    see(4, 9);
    assertEquals(0, watch.growth());
    see(10, 9);
    assertQuiet(8);
    see(12, 10);
    assertQuiet(0);
  }

  @Test
  void shouldNotTakeACounterThatWentBackForQuiet() {
    see(0, 7);
    see(50, 3);
    assertTrue(watch.wentBack());
    assertQuiet(0);
    assertEquals(0, watch.growth());
    see(52, 3);
    assertFalse(watch.wentBack());
    assertQuiet(2);
  }

  @Test
  void shouldBeginAnewAfterALookWithoutAnswer() {
    see(0, 7);
    see(50, 7);
    assertQuiet(50);
    watch.miss();
    assertQuiet(50);
    assertEquals(Duration.ofSeconds(4), watch.unseen(54 * SECOND));
    see(54, 7);
    assertQuiet(0);
    see(56, 7);
    assertQuiet(2);
  }

  @Test
  void shouldTrustAnEqualCounterHoweverLongNobodyLooked() {
    see(0, 7);
    see(600, 7);
    assertQuiet(600);
    assertEquals(Duration.ofSeconds(601), watch.waited(601 * SECOND));
  }
}
