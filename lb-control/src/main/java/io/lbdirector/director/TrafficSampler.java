package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.TableBind;
import io.lbdirector.dataplane.CounterReader;
import io.lbdirector.dataplane.CounterReader.Counts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Looks at the counters of binds from time to time, so that there is a share of each table in the
 * traffic of the last seconds. Confined to the director's thread.
 */
final class TrafficSampler {
  private final Supplier<Serving> serving;
  private final CounterReader counters;
  private Map<String, Long> older = Map.of(); // packets by table
  private Map<String, Long> newer = Map.of();

  TrafficSampler(Supplier<Serving> serving, CounterReader counters) {
    this.serving = serving;
    this.counters = counters;
  }

  /** To be called at equal intervals. */
  void tick() {
    older = newer;
    newer = sample();
  }

  /** Shares of the last one to two intervals; since the counters began, before the second. */
  TrafficShares shares() {
    return TrafficShares.between(older, sample());
  }

  private Map<String, Long> sample() {
    List<DirectorConfig.Table> tables = serving.get().candidate().config().tables();
    Map<TableBind, Integer> ids = new HashMap<>();
    for (DirectorConfig.Table table : tables) {
      for (TableBind bind : table.binds()) {
        ids.put(bind, serving.get().statsOfBinds().get(bind.bind()));
      }
    }
    Counts counts = counters.binds(ids.values());
    Map<String, Long> packets = new HashMap<>();
    for (DirectorConfig.Table table : tables) {
      long sum = table.binds().stream().mapToLong(b -> counts.of(ids.get(b)).packets()).sum();
      packets.put(table.name(), sum);
    }
    return packets;
  }
}
