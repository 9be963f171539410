package io.lbdirector.director;

import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * States of backends that were set by hand, and stand in place of the file's until that is undone.
 * One stays also while no config has its backend: a file with a mistake in it does not end a drain.
 *
 * @param all in the order of tables and addresses; copied
 */
record Overrides(Map<Key, Entry> all) {
  static final Overrides NONE = new Overrides(Map.of());

  Overrides {
    all = Collections.unmodifiableMap(new TreeMap<>(all));
  }

  /** A backend in a table. */
  record Key(String table, IpAddress backend) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::table).thenComparing(Key::backend);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * @param share percent of its rows, 1 to 99. Without {@code over} what a filling backend has;
   *     else where it begins: without, at nothing if it fills, at all if it drains
   * @param over how long the share takes to grow, or to shrink; only of filling and draining ones
   * @param at when it was set
   * @param by who set it
   */
  record Entry(
      BackendState state, OptionalInt share, Optional<Duration> over, Instant at, String by) {
    private Entry later(Duration time) {
      return new Entry(state, share, over, at.plus(time), by);
    }
  }

  Overrides with(Key key, Entry entry) {
    Map<Key, Entry> changed = new TreeMap<>(all);
    changed.put(key, entry);
    return new Overrides(changed);
  }

  Overrides without(Key key) {
    Map<Key, Entry> changed = new TreeMap<>(all);
    changed.remove(key);
    return new Overrides(changed);
  }

  /** As if all of them had been set so much later; earlier if {@code time} is below zero. */
  Overrides later(Duration time) {
    Map<Key, Entry> moved = new TreeMap<>();
    all.forEach((key, entry) -> moved.put(key, entry.later(time)));
    return new Overrides(moved);
  }

  Optional<Entry> of(String table, IpAddress backend) {
    return Optional.ofNullable(all.get(new Key(table, backend)));
  }
}
