package io.lbdirector.director;

import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.Health;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What the checks mean for one table.
 *
 * @param health of each backend
 * @param panic whether so many are proven down that all count as up again: more likely something is
 *     wrong with the checks, and if not, those that are left would break under the load
 */
record TableVerdict(Map<IpAddress, Health> health, boolean panic) {
  static final TableVerdict UNCHECKED = new TableVerdict(Map.of(), false);

  /**
   * @param pool in the states in force; inactive ones do not count for the brake
   * @param maxDownPercent 0 to 100: above this share of proven down backends, none is down
   */
  static TableVerdict of(List<Backend> pool, Function<Backend, Health> found, int maxDownPercent) {
    Map<IpAddress, Health> health = new TreeMap<>();
    int candidates = 0;
    int down = 0;
    for (Backend backend : pool) {
      Health its = found.apply(backend);
      health.put(backend.address(), its);
      if (backend.state() != BackendState.INACTIVE) {
        candidates++;
        down += its == Health.DOWN ? 1 : 0;
      }
    }
    return new TableVerdict(health, down * 100L > (long) candidates * maxDownPercent);
  }

  /** Backends that may not lead a row. */
  Set<IpAddress> unfit() {
    return panic ? Set.of() : down();
  }

  /** Backends that are proven down, also in a panic. */
  Set<IpAddress> down() {
    Set<IpAddress> down = new TreeSet<>();
    health.forEach(
        (address, its) -> {
          if (its == Health.DOWN) {
            down.add(address);
          }
        });
    return down;
  }

  Health of(IpAddress backend) {
    return health.getOrDefault(backend, Health.UNKNOWN);
  }
}
