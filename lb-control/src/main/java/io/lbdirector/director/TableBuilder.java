package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.RendezvousTable;
import io.lbdirector.forwarding.SipKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds the rows of a config's tables, and keeps those of the last two builds: what decides a
 * table's rows has changed for few of them from one to the next, and a plan is often followed by
 * the reload. Confined to one thread.
 */
final class TableBuilder {
  private Map<Inputs, ForwardingTable> last = Map.of();
  private Map<Inputs, ForwardingTable> lastButOne = Map.of();

  /** All that decides the rows of a table. The order of backends does not. */
  private record Inputs(SipKey seed, int hops, Set<Backend> backends, Set<IpAddress> unfit) {
    static Inputs of(DirectorConfig.Table table, List<Backend> pool, Set<IpAddress> unfit) {
      return new Inputs(table.seed(), table.hops(), new HashSet<>(pool), unfit);
    }
  }

  /**
   * The rows of every table of {@code config}, by the table's name.
   *
   * @param verdicts of the tables that have checks, by name
   */
  Map<String, ForwardingTable> build(
      DirectorConfig config, Pools pools, Map<String, TableVerdict> verdicts) {
    Map<Inputs, ForwardingTable> now = new HashMap<>();
    Map<String, ForwardingTable> rows = new HashMap<>();
    for (DirectorConfig.Table table : config.tables()) {
      List<Backend> pool = pools.of(table);
      Set<IpAddress> unfit = verdicts.getOrDefault(table.name(), TableVerdict.UNCHECKED).unfit();
      ForwardingTable built =
          now.computeIfAbsent(
              Inputs.of(table, pool, unfit), inputs -> keptOrNew(inputs, pool, unfit));
      rows.put(table.name(), built);
    }
    if (!now.equals(last)) {
      lastButOne = last;
      last = now;
    }
    return rows;
  }

  private ForwardingTable keptOrNew(Inputs inputs, List<Backend> pool, Set<IpAddress> unfit) {
    ForwardingTable kept = last.getOrDefault(inputs, lastButOne.get(inputs));
    if (kept != null) {
      return kept;
    }
    ForwardingTable rows =
        RendezvousTable.build(
            inputs.seed(), inputs.hops(), pool, b -> !unfit.contains(b.address()));
    rows.digest(); // worked out here, not on the thread that owns the truth
    return rows;
  }
}
