package io.lbdirector.director;

import io.lbdirector.abi.Verdict;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.dataplane.CounterSeeds;
import io.lbdirector.dataplane.ReplacedCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/**
 * Which counter counts what, in the maps of one layout.
 *
 * @param layout name of the folder that the maps are pinned in
 * @param verdicts in the order of their indexes
 * @param binds id by bind
 * @param backends index by address
 */
record CounterNames(
    String layout,
    List<String> verdicts,
    Map<String, Integer> binds,
    Map<String, Integer> backends) {

  static CounterNames of(String layout, Serving serving) {
    List<String> verdicts = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      verdicts.add(verdict.label());
    }
    Map<String, Integer> binds = new TreeMap<>();
    serving.statsOfBinds().forEach((bind, id) -> binds.put(bind.toString(), id));
    Map<String, Integer> backends = new TreeMap<>();
    serving.live().backends().forEach((backend, index) -> backends.put(backend.toString(), index));
    return new CounterNames(layout, verdicts, binds, backends);
  }

  /**
   * Lets new counters go on from those that they replace; what is counted for the first time begins
   * at 0.
   *
   * @param replaced counters that this names; those of another layout than that are left alone
   * @param now what the new ones count
   * @return how many go on
   */
  int handOver(ReplacedCounters replaced, CounterNames now, CounterSeeds seeds) {
    if (!replaced.layout().equals(layout)) {
      return 0;
    }
    return handOver(
            byName(verdicts),
            byName(now.verdicts),
            replaced::verdict,
            (index, count) -> seeds.verdict(Verdict.values()[index], count))
        + handOver(binds, now.binds, replaced::bind, seeds::bind)
        + handOver(backends, now.backends, replaced::backend, seeds::backend);
  }

  private static Map<String, Integer> byName(List<String> names) {
    Map<String, Integer> indexes = new TreeMap<>();
    names.forEach(name -> indexes.putIfAbsent(name, indexes.size()));
    return indexes;
  }

  private static int handOver(
      Map<String, Integer> before,
      Map<String, Integer> now,
      IntFunction<Count> reader,
      BiConsumer<Integer, Count> writer) {
    int handedOver = 0;
    for (Map.Entry<String, Integer> each : now.entrySet()) {
      Integer index = before.get(each.getKey());
      if (index != null) {
        writer.accept(each.getValue(), reader.apply(index));
        handedOver++;
      }
    }
    return handedOver;
  }
}
