package io.lbdirector.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What is known of a target. Written on the event loop, read from any thread. */
final class CheckedTarget {
  private final Target target;
  private final RiseAndFall verdict;
  private volatile TargetHealth health;
  private volatile boolean dropped;

  /**
   * @param wasDown known down before the first check
   */
  CheckedTarget(Target target, boolean wasDown, Instant now) {
    CheckSpec check = target.check();
    Health start = wasDown ? Health.DOWN : Health.UNKNOWN;
    String words = wasDown ? "down before, not checked yet" : "not checked yet";
    this.target = target;
    this.verdict = new RiseAndFall(check.rise(), check.fall(), start);
    this.health = new TargetHealth(start, now, words, Optional.empty(), 0, check.rise());
  }

  Target target() {
    return target;
  }

  TargetHealth health() {
    return health;
  }

  /** Results that still come are of no use. */
  void drop() {
    dropped = true;
  }

  boolean isDropped() {
    return dropped;
  }

  /**
   * Takes a result into account.
   *
   * @param latency of a good one
   * @return whether the verdict changes
   */
  boolean take(Result result, Duration latency, Instant now, long nowNanos) {
    switch (result.kind()) {
      case GOOD -> {
        boolean changed = verdict.good(nowNanos);
        String words = result.words() + " in " + Words.took(latency);
        health = next(words, Optional.of(latency), 0, changed ? now : health.since(), nowNanos);
        return changed;
      }
      case BAD -> {
        boolean changed = verdict.bad(nowNanos);
        health =
            next(result.words(), Optional.empty(), 1, changed ? now : health.since(), nowNanos);
        return changed;
      }
      default -> {
        health = health.withLastResult(result.words());
        return false;
      }
    }
  }

  private TargetHealth next(
      String words, Optional<Duration> latency, int failures, Instant since, long nowNanos) {
    return new TargetHealth(
        verdict.health(),
        since,
        words,
        latency.or(health::latency),
        verdict.inARow(),
        verdict.riseInForce(nowNanos),
        health.checks() + 1,
        health.failures() + failures,
        health.total().plus(latency.orElse(Duration.ZERO)));
  }
}
