package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.director.Overrides.Key;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The backends of every table as they are to be at one moment: what was set by hand stands in place
 * of the file's states, and shares go with time.
 *
 * @param byTable by the table's name, in the file's order
 * @param filling since when those fill whose share the table's {@code slow_start} decides
 * @param moving whether some share will be another in a while
 */
record Pools(Map<String, List<Backend>> byTable, Map<Key, Instant> filling, boolean moving) {
  private static final int ALL = 100;

  /**
   * @param fillingBefore as {@link #filling} was a moment ago; those that are not in it begin now
   */
  static Pools at(
      Instant now, DirectorConfig config, Overrides overrides, Map<Key, Instant> fillingBefore) {
    return new Moment(now, overrides, fillingBefore).pools(config);
  }

  List<Backend> of(DirectorConfig.Table table) {
    return byTable.get(table.name());
  }

  /** Empty if the config has no such backend. */
  Optional<Backend> of(Key key) {
    return byTable.getOrDefault(key.table(), List.of()).stream()
        .filter(backend -> backend.address().equals(key.backend()))
        .findFirst();
  }

  /** Collects while it goes through the tables. */
  private static final class Moment {
    private final Instant now;
    private final Overrides overrides;
    private final Map<Key, Instant> fillingBefore;
    private final Map<Key, Instant> filling = new TreeMap<>();
    private boolean moving;

    Moment(Instant now, Overrides overrides, Map<Key, Instant> fillingBefore) {
      this.now = now;
      this.overrides = overrides;
      this.fillingBefore = fillingBefore;
    }

    Pools pools(DirectorConfig config) {
      Map<String, List<Backend>> byTable = new HashMap<>();
      for (DirectorConfig.Table table : config.tables()) {
        List<Backend> pool = new ArrayList<>();
        table.pool().forEach(backend -> pool.add(inForce(table, backend)));
        byTable.put(table.name(), List.copyOf(pool));
      }
      return new Pools(Map.copyOf(byTable), Map.copyOf(filling), moving);
    }

    private Backend inForce(DirectorConfig.Table table, Backend inFile) {
      return overrides
          .of(table.name(), inFile.address())
          .map(entry -> byHand(table, inFile, entry))
          .orElseGet(() -> byFile(table, inFile));
    }

    private Backend byHand(DirectorConfig.Table table, Backend backend, Overrides.Entry entry) {
      if (entry.state() != BackendState.FILLING && entry.over().isEmpty()) {
        return backend.withState(entry.state());
      }
      boolean drains = entry.state() == BackendState.DRAINING;
      Optional<Duration> over = drains ? entry.over() : entry.over().or(table::slowStart);
      if (over.isEmpty() || entry.over().isEmpty() && entry.share().isPresent()) {
        return backend.filling(entry.share());
      }
      int from = entry.share().orElse(drains ? ALL : 0);
      return withShare(backend, new Ramp(entry.at(), over.get(), from, drains ? 0 : ALL));
    }

    private Backend byFile(DirectorConfig.Table table, Backend backend) {
      if (backend.state() != BackendState.FILLING
          || backend.sharePercent().isPresent()
          || table.slowStart().isEmpty()) {
        return backend;
      }
      Key key = new Key(table.name(), backend.address());
      Instant begun = fillingBefore.getOrDefault(key, now);
      filling.put(key, begun);
      return withShare(backend, new Ramp(begun, table.slowStart().get(), 0, ALL));
    }

    /** At its end it fills no more: it leads all of its rows, or none. */
    private Backend withShare(Backend backend, Ramp ramp) {
      if (!ramp.isOver(now)) {
        moving = true;
        int percent = ramp.percent(now);
        return backend.filling(OptionalInt.of(Math.max(1, Math.min(ALL - 1, percent))));
      }
      return ramp.to() == 0
          ? backend.withState(BackendState.DRAINING)
          : backend.filling(OptionalInt.empty());
    }
  }
}
