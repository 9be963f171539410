package io.lbdirector.director;

import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * When to have the kernel confirm which addresses: at once when an address is new, then every
 * period, and sooner when there is doubt, yet never twice within a short pause: an address that
 * nobody answers for fails again as soon as it is asked for.
 */
final class GatewayTrackerPace {
  private static final long SHORTEST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

  private final long periodNanos;
  private final long pauseNanos;
  private final Map<IpAddress, Long> askedAt = new HashMap<>();
  private final Set<IpAddress> inDoubt = new HashSet<>();

  GatewayTrackerPace(Duration period) {
    periodNanos = period.toNanos();
    pauseNanos = Math.min(periodNanos, SHORTEST_PAUSE_NANOS);
  }

  void doubt(IpAddress address) {
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
  Set<IpAddress> due(Set<IpAddress> wanted, long nowNanos) {
    askedAt.keySet().retainAll(wanted);
    inDoubt.retainAll(wanted);
    Set<IpAddress> due = new HashSet<>();
    for (IpAddress address : wanted) {
      if (isDue(address, nowNanos)) {
        due.add(address);
        askedAt.put(address, nowNanos);
        inDoubt.remove(address);
      }
    }
    return due;
  }

  private boolean isDue(IpAddress address, long nowNanos) {
    Long last = askedAt.get(address);
    return last == null
        || nowNanos - last >= (inDoubt.contains(address) ? pauseNanos : periodNanos);
  }
}
