package io.lbdirector.director;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.Health;
import io.lbdirector.health.HealthChecks;
import io.lbdirector.health.Target;
import io.lbdirector.health.TargetHealth;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Checks that find what they are told to. */
final class FakeChecks implements HealthChecks {
  private final Map<Target, TargetHealth> results = new ConcurrentHashMap<>();
  volatile Set<Target> downBefore = Set.of();
  volatile boolean frozen;
  volatile Optional<Duration> stalled = Optional.empty();

  @Override
  public void check(Set<Target> targets, Set<Target> down) {
    results.keySet().retainAll(targets);
    for (Target target : targets) {
      results.putIfAbsent(target, result(down.contains(target) ? Health.DOWN : Health.UNKNOWN));
    }
    if (!down.isEmpty()) {
      downBefore = down;
    }
  }

  private static TargetHealth result(Health health) {
    return new TargetHealth(
        health,
        Instant.parse("2026-01-02T03:04:05Z"),
        health == Health.DOWN ? "connection refused" : "",
        Optional.empty(),
        0,
        3);
  }

  /** Every check of a backend finds this. */
  void find(String backend, Health health) {
    IpAddress address = IpAddress.parse(backend);
    results.replaceAll((t, old) -> t.backend().equals(address) ? result(health) : old);
  }

  /** What is being checked. */
  Set<Target> targets() {
    return Set.copyOf(results.keySet());
  }

  @Override
  public Map<Target, TargetHealth> snapshot() {
    return Map.copyOf(results);
  }

  @Override
  public void freeze(boolean freeze) {
    frozen = freeze;
  }

  @Override
  public Optional<Duration> stalledFor() {
    return stalled;
  }
}
