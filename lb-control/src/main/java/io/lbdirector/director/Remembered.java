package io.lbdirector.director;

import io.lbdirector.director.Overrides.Key;
import io.lbdirector.forwarding.IpAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a daemon that starts goes on with, beside what was set by hand.
 *
 * @param down backends that are proven down, by the name of the table: nothing is sent to those
 *     that the daemon before knew to be dead. Tables without any are left out
 * @param filling as in {@link Pools}: a slow start does not begin again
 */
record Remembered(Map<String, Set<IpAddress>> down, Map<Key, Instant> filling) {
  static final Remembered NOTHING = new Remembered(Map.of(), Map.of());

  static Remembered of(Candidate candidate) {
    Map<String, Set<IpAddress>> down = new TreeMap<>();
    candidate
        .verdicts()
        .forEach(
            (table, verdict) -> {
              if (!verdict.down().isEmpty()) {
                down.put(table, verdict.down());
              }
            });
    return new Remembered(down, candidate.pools().filling());
  }
}
