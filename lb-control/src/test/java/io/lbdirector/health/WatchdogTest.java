package io.lbdirector.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import io.lbdirector.director.LogLines;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop is the test: it comes round when a test takes what was posted to it. */
@Timeout(60)
final class WatchdogTest {
  private static final Duration TOLERANCE = Duration.ofMillis(50);
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final BlockingQueue<Runnable> posted = new LinkedBlockingQueue<>();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicLong lateness = new AtomicLong();
  private final LogLines log = new LogLines(Watchdog.class);
  private Watchdog watchdog;

  @BeforeEach
  void start() {
    watchdog = Watchdog.start(posted::add, lateness::get, nanos::get, TOLERANCE);
  }

  @AfterEach
  void close() {
    watchdog.close();
    log.close();
  }

  /** Twice: what the first one said has been looked at when the second is posted. */
  private void comeRound() throws InterruptedException {
    posted.take().run();
    posted.take().run();
  }

  private void awaitStall(boolean stalled) throws InterruptedException {
    Await.until(() -> watchdog.stalledFor().isPresent() == stalled, watchdog::stalledFor);
  }

  @Test
  void shouldSeeNothingWhileTheLoopComesRoundInTime() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      comeRound();
      assertEquals(Optional.empty(), watchdog.stalledFor());
    }
    assertEquals(List.of(), log.at(Level.WARN));
  }

  @Test
  void shouldSayThatTheLoopDoesNotComeRoundAndWhenItDoesAgain() throws InterruptedException {
    comeRound();
    Await.until(() -> posted.size() == 1, posted::size);
    nanos.set(3 * SECOND + TOLERANCE.toNanos());
    awaitStall(true);
    assertEquals(Optional.of(Duration.ofSeconds(3)), watchdog.stalledFor());
    nanos.addAndGet(SECOND);
    assertEquals(Optional.of(Duration.ofSeconds(4)), watchdog.stalledFor());
    TimeUnit.MILLISECONDS.sleep(2 * TOLERANCE.toMillis()); // to be looked at some times more
    assertEquals(1, posted.size());
    comeRound();
    nanos.addAndGet(TOLERANCE.toNanos());
    comeRound();
    awaitStall(false);
    assertEquals(
        List.of(
            "health checks stalled, verdicts may be old"
                + " reason=\"the event loop does not come round\" late_ms=3000",
            "health checks run in time again"),
        log.at(Level.WARN));
  }

  @Test
  void shouldSayThatChecksBeginTooLate() throws InterruptedException {
    lateness.set(2 * SECOND);
    comeRound();
    awaitStall(true);
    assertEquals(Optional.of(Duration.ofSeconds(2)), watchdog.stalledFor());
    lateness.set(0);
    comeRound();
    assertEquals(Optional.of(Duration.ofSeconds(2)), watchdog.stalledFor()); // no calm yet
    nanos.addAndGet(TOLERANCE.toNanos());
    comeRound();
    awaitStall(false);
    assertEquals(
        List.of(
            "health checks stalled, verdicts may be old"
                + " reason=\"checks begin too late\" late_ms=2000",
            "health checks run in time again"),
        log.at(Level.WARN));
  }

  @Test
  void shouldEndWhenClosed() throws InterruptedException {
    watchdog.close();
    Await.until(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("lb-health-watch")),
        () -> "alive");
  }
}
