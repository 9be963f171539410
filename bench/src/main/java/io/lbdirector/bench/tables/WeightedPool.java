package io.lbdirector.bench.tables;

import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.RowOrder;
import io.lbdirector.forwarding.SipKey;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** How many rows backends of weights 1, 2 and 10 get, beside what they are due, over seeds. */
final class WeightedPool {
  private final List<Backend> pool;
  private final long totalWeight;

  /** By weight: the rows of each backend, in parts of what it is due, of which 1 is all. */
  private final Map<Integer, Map<Contender, DoubleSummaryStatistics>> parts = new TreeMap<>();

  private WeightedPool(int backends) {
    pool = Pools.mixed(backends);
    totalWeight = pool.stream().mapToLong(Backend::weight).sum();
  }

  /**
   * @param backends of all weights together, as many of each
   */
  static Finding of(int backends, int seeds) {
    WeightedPool weighted = new WeightedPool(backends);
    for (int i = 0; i < seeds; i++) {
      weighted.add(Seeds.of(i));
    }
    return weighted.finding();
  }

  private void add(SipKey seed) {
    RowOrder order = RowOrder.of(seed, pool);
    for (Contender contender : List.of(Contender.RENDEZVOUS, Contender.BALANCED)) {
      Map<IpAddress, Integer> loads =
          contender.place(seed, order, new Change.Outcome(pool, Set.of(), Set.of())).loads();
      for (Backend backend : pool) {
        parts
            .computeIfAbsent(backend.weight(), weight -> new TreeMap<>())
            .computeIfAbsent(contender, c -> new DoubleSummaryStatistics())
            .accept(loads.get(backend.address()) / due(backend.weight()));
      }
    }
  }

  private double due(int weight) {
    return (double) ForwardingTable.ROWS * weight / totalWeight;
  }

  private Finding finding() {
    List<List<String>> rows = new ArrayList<>();
    parts.forEach(
        (weight, byContender) ->
            byContender.forEach((contender, part) -> rows.add(row(weight, contender, part))));
    return new Finding(
        "Weights 1, 2 and 10: rows beside those due, %s backends, a third of each"
            .formatted(Numbers.count(pool.size())),
        List.of("weight", "table", "rows due", "mean", "most", "fewest"),
        rows);
  }

  private List<String> row(int weight, Contender contender, DoubleSummaryStatistics part) {
    return List.of(
        Numbers.count(weight),
        contender.toString(),
        Numbers.mean(due(weight)),
        Numbers.deviation(part.getAverage() - 1),
        Numbers.deviation(part.getMax() - 1),
        Numbers.deviation(part.getMin() - 1));
  }
}
