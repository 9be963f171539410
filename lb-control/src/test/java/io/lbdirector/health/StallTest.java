package io.lbdirector.health;

import static io.lbdirector.health.Stall.Change.BEGUN;
import static io.lbdirector.health.Stall.Change.NONE;
import static io.lbdirector.health.Stall.Change.OVER;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class StallTest {
  /** A clock may begin anywhere, and overflow. */
  private static final long START = Long.MAX_VALUE - Duration.ofSeconds(8).toNanos();

  private final Stall stall = new Stall(Duration.ofSeconds(5));

  @Test
  void shouldBeNoneWhileInTime() {
    assertEquals(NONE, look(0, 0));
    assertEquals(NONE, look(1, -3));
    assertEquals(Optional.empty(), lasting(1));
  }

  @Test
  void shouldBeginOnceAndLastFromTheMomentOfTooLate() {
    look(0, 0);
    assertEquals(BEGUN, look(10, 2));
    assertEquals(Optional.of(Duration.ofSeconds(2)), lasting(10));
    assertEquals(NONE, look(11, 3));
    assertEquals(Optional.of(Duration.ofSeconds(5)), lasting(13));
  }

  @Test
  void shouldBeOverAfterACalm() {
    look(10, 1);
    assertEquals(NONE, look(12, 0));
    assertEquals(NONE, look(14, 0));
    assertEquals(OVER, look(15, 0));
    assertEquals(Optional.empty(), lasting(15));
    assertEquals(NONE, look(16, 0));
    assertEquals(BEGUN, look(17, 1));
    assertEquals(Optional.of(Duration.ofSeconds(1)), lasting(17));
  }

  @Test
  void shouldNotEndWhileItComesAndGoes() {
    look(10, 1);
    assertEquals(NONE, look(14, 0));
    assertEquals(NONE, look(14, 1));
    assertEquals(NONE, look(16, 0));
    assertEquals(Optional.of(Duration.ofSeconds(7)), lasting(16));
    assertEquals(OVER, look(19, 0));
  }

  private Stall.Change look(long second, long lateSeconds) {
    return stall.look(
        START + Duration.ofSeconds(second).toNanos(), Duration.ofSeconds(lateSeconds).toNanos());
  }

  private Optional<Duration> lasting(long second) {
    return stall.lasting(START + Duration.ofSeconds(second).toNanos());
  }
}
