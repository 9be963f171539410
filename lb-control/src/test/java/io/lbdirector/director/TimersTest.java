package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimersTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  private final Timers timers = new Timers();
  private final List<String> done = new ArrayList<>();

  private boolean add(long at, String name) {
    return timers.add(at, () -> done.add(name));
  }

  @Test
  void shouldDoWhatIsDueInOrder() {
    long now = System.nanoTime();
    add(now - 1, "third");
    add(now - HOUR, "first");
    add(now + HOUR, "later");
    add(now - 2, "second");
    long left = timers.runDue();
    assertEquals(List.of("first", "second", "third"), done);
    assertTrue(left > 0 && left <= HOUR, left + " ns");
    timers.runDue();
    assertEquals(3, done.size());
  }

  @Test
  void shouldDoWhatComesUpMeanwhile() {
    long now = System.nanoTime();
    timers.add(now, () -> add(now, "next"));
    assertEquals(Long.MAX_VALUE, timers.runDue());
    assertEquals(List.of("next"), done);
  }

  @Test
  void shouldSayWhichIsFirst() {
    long now = System.nanoTime();
    assertTrue(add(now + HOUR, "b"));
    assertFalse(add(now + 2 * HOUR, "c"));
    assertTrue(add(now, "a"));
  }
}
