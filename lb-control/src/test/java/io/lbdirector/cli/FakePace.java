package io.lbdirector.cli;

import java.time.Duration;
import java.time.Instant;

/** Time that goes by in sleep only. */
final class FakePace implements Pace {
  private static final Instant START = Instant.parse("2026-01-02T04:00:00Z");

  private long nanos;

  /** What happens elsewhere during each sleep, after its end. */
  private Runnable meanwhile = () -> {};

  void meanwhile(Runnable task) {
    meanwhile = task;
  }

  long seconds() {
    return Duration.ofNanos(nanos).toSeconds();
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public Instant now() {
    return START.plusNanos(nanos);
  }

  @Override
  public void sleep(Duration duration) {
    nanos += duration.toNanos();
    meanwhile.run();
  }
}
