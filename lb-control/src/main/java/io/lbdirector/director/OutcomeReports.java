package io.lbdirector.director;

import io.lbdirector.abi.Outcome;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Encapsulation;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.director.DirectorControl.Counter;
import io.lbdirector.director.DirectorControl.NotFoundException;
import io.lbdirector.director.DirectorControl.OutcomesReport;
import io.lbdirector.director.Overrides.Key;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What a backend says of itself, over the addresses that a table serves. */
final class OutcomeReports {
  /** Most addresses asked for: one packet each. */
  private static final int ADDRESSES = 256;

  private OutcomeReports() {}

  /**
   * The first {@link #ADDRESSES} addresses that a table serves.
   *
   * @throws NotFoundException if its backends do not count, since the kernel alone takes its
   *     packets
   */
  static Set<IpAddress> vips(DirectorConfig config, String table) {
    Set<IpAddress> vips = new LinkedHashSet<>();
    for (DirectorConfig.Table one : config.tables()) {
      if (one.name().equals(table)) {
        requireCounters(one);
        one.binds().forEach(bind -> add(bind.bind().prefix(), vips));
      }
    }
    return vips;
  }

  private static void requireCounters(DirectorConfig.Table table) {
    if (table.encapsulation() == Encapsulation.IPIP) {
      throw new NotFoundException(
          "table \""
              + table.name()
              + "\" has encapsulation = \"ipip\": its backends count nothing that could be asked for");
    }
  }

  private static void add(Prefix prefix, Set<IpAddress> vips) {
    int size = prefix.size().bitLength() > 16 ? ADDRESSES : prefix.size().intValue();
    for (int i = 0; i < size && vips.size() < ADDRESSES; i++) {
      vips.add(prefix.addressAt(i));
    }
  }

  /** It has answered if it did so for every address. */
  static CompletableFuture<OutcomesReport> ask(
      Key key, Set<IpAddress> vips, BackendOutcomes outcomes) {
    List<CompletableFuture<Optional<Map<Outcome, Count>>>> answers = new ArrayList<>();
    vips.forEach(vip -> answers.add(outcomes.ask(key.backend(), vip)));
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(all -> report(key, answers.stream().map(CompletableFuture::join).toList()));
  }

  private static OutcomesReport report(Key key, List<Optional<Map<Outcome, Count>>> answers) {
    boolean answered = answers.stream().allMatch(Optional::isPresent);
    Map<Outcome, Count> sums = new EnumMap<>(Outcome.class);
    if (answered) {
      answers.forEach(
          a -> a.orElseThrow().forEach((o, count) -> sums.merge(o, count, Count::plus)));
    }
    Map<String, Counter> named = new LinkedHashMap<>();
    sums.forEach((o, count) -> named.put(o.label(), new Counter(count.packets(), count.bytes())));
    return new OutcomesReport(key.table(), key.backend().toString(), answered, named);
  }
}
