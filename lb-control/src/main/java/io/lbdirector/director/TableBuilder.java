package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.RendezvousTable;
import io.lbdirector.forwarding.SipKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds the rows of a config's tables, and keeps those of the last config: what decides a table's
 * rows has changed for few of them from one file to the next. Confined to one thread.
 */
final class TableBuilder {
  private Map<Inputs, ForwardingTable> built = Map.of();

  /** All that decides the rows of a table. The order of backends does not. */
  private record Inputs(SipKey seed, int hops, Set<Backend> backends) {
    static Inputs of(DirectorConfig.Table table, List<Backend> pool) {
      return new Inputs(table.seed(), table.hops(), new HashSet<>(pool));
    }
  }

  /** The rows of every table of {@code config}, by the table's name. */
  Map<String, ForwardingTable> build(DirectorConfig config, Overrides overrides) {
    Map<Inputs, ForwardingTable> now = new HashMap<>();
    Map<String, ForwardingTable> rows = new HashMap<>();
    for (DirectorConfig.Table table : config.tables()) {
      List<Backend> pool = overrides.pool(table);
      ForwardingTable built =
          now.computeIfAbsent(Inputs.of(table, pool), inputs -> keptOrNew(inputs, pool));
      rows.put(table.name(), built);
    }
    built = now;
    return rows;
  }

  private ForwardingTable keptOrNew(Inputs inputs, List<Backend> pool) {
    ForwardingTable kept = built.get(inputs);
    if (kept != null) {
      return kept;
    }
    ForwardingTable rows = RendezvousTable.build(inputs.seed(), inputs.hops(), pool, b -> true);
    rows.digest(); // worked out here, not on the thread that owns the truth
    return rows;
  }
}
