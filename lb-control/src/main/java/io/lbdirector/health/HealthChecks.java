package io.lbdirector.health;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The checks that run. Every method returns at once, and may be called from any thread. */
public interface HealthChecks {
  /** Checks nothing. */
  HealthChecks NONE =
      new HealthChecks() {
        @Override
        public void check(Set<Target> targets, Set<Target> downBefore) {}

        @Override
        public Map<Target, TargetHealth> snapshot() {
          return Map.of();
        }

        @Override
        public void freeze(boolean frozen) {}

        @Override
        public Optional<Duration> stalledFor() {
          return Optional.empty();
        }
      };

  /**
   * Checks these and no others from now on. What is known of targets that stay counts on.
   *
   * @param downBefore targets that were proven down by an earlier daemon: they start so
   */
  void check(Set<Target> targets, Set<Target> downBefore);

  /** What is known of every target. */
  Map<Target, TargetHealth> snapshot();

  /** While frozen, results are thrown away and verdicts stay. */
  void freeze(boolean frozen);

  /** How late the checks are, if they have stalled. */
  Optional<Duration> stalledFor();
}
