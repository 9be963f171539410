package io.lbdirector.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a target.
 *
 * @param since when {@code health} became so
 * @param lastResult in words; empty before the first
 * @param latency of the last good result
 * @param inARow equal results, good or bad
 * @param riseInForce good results in a row that it takes to be up again
 */
public record TargetHealth(
    Health health,
    Instant since,
    String lastResult,
    Optional<Duration> latency,
    int inARow,
    int riseInForce) {}
