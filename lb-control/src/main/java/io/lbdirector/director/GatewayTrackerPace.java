package io.lbdirector.director;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * When to have the kernel confirm which neighbours: at once when an address is new, then every
 * period, and sooner when there is doubt, yet never twice within a short pause: an address that
 * nobody answers for fails again as soon as it is asked for.
 */
final class GatewayTrackerPace<T> {
  private static final long SHORTEST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

  private final long periodNanos;
  private final long pauseNanos;
  private final Map<T, Long> askedAt = new HashMap<>();
  private final Set<T> inDoubt = new HashSet<>();

  GatewayTrackerPace(Duration period) {
    periodNanos = period.toNanos();
    pauseNanos = Math.min(periodNanos, SHORTEST_PAUSE_NANOS);
  }

  void doubt(T address) {
    inDoubt.add(address);
  }

  /** All are asked for as if they were new. */
  void restart() {
    askedAt.clear();
    inDoubt.clear();
  }

  /**
   * Which of {@code wanted} to ask for now; counts them as asked. Forgets all others.
   *
   * @param nowNanos of a clock that only grows
   */
  Set<T> due(Set<T> wanted, long nowNanos) {
    return due(wanted, nowNanos, Integer.MAX_VALUE);
  }

  /**
   * The same, at most {@code most} of them: those that were never asked for, or longest ago.
   *
   * @param most at least 1
   */
  Set<T> due(Set<T> wanted, long nowNanos, int most) {
    askedAt.keySet().retainAll(wanted);
    inDoubt.retainAll(wanted);
    Set<T> due = new HashSet<>();
    wanted.stream()
        .filter(address -> isDue(address, nowNanos))
        .sorted(Comparator.comparingLong(address -> -sinceAsked(address, nowNanos)))
        .limit(most)
        .forEach(due::add);
    due.forEach(address -> askedAt.put(address, nowNanos));
    inDoubt.removeAll(due);
    return due;
  }

  private long sinceAsked(T address, long nowNanos) {
    Long last = askedAt.get(address);
    return last == null ? Long.MAX_VALUE : nowNanos - last;
  }

  private boolean isDue(T address, long nowNanos) {
    Long last = askedAt.get(address);
    return last == null
        || nowNanos - last >= (inDoubt.contains(address) ? pauseNanos : periodNanos);
  }
}
