package io.lbdirector.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a target. Checks that say nothing of it (frozen, or this machine's own fault)
 * count nowhere.
 *
 * @param since when it got that health
 * @param lastResult in words, like "200 in 3 ms", "connection refused" or "no answer in 1 s"
 * @param latency of the last good check
 * @param inARow how many results like the last one came in a row
 * @param riseInForce good results in a row that it takes to come up now; above {@code rise} after
 *     falls
 * @param checks results, good and bad, since the target is checked
 * @param failures bad ones among them
 * @param total latency of all the good ones together
 */
public record TargetHealth(
    Health health,
    Instant since,
    String lastResult,
    Optional<Duration> latency,
    int inARow,
    int riseInForce,
    long checks,
    long failures,
    Duration total) {

  /** Of a target without a count. */
  public TargetHealth(
      Health health,
      Instant since,
      String lastResult,
      Optional<Duration> latency,
      int inARow,
      int riseInForce) {
    this(health, since, lastResult, latency, inARow, riseInForce, 0, 0, Duration.ZERO);
  }

  TargetHealth withLastResult(String words) {
    return new TargetHealth(
        health, since, words, latency, inARow, riseInForce, checks, failures, total);
  }
}
