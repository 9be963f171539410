package io.lbdirector.bench.tables;

import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.forwarding.Algorithm;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.RowOrder;
import io.lbdirector.forwarding.TableRows;
import io.lbdirector.forwarding.TableRules;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How long rows take when one backend changes and the order of the rows before is kept. */
final class ChangeTimes {
  static final List<Change> CHANGES =
      List.of(Change.DOWN, Change.DRAIN, Change.SHARE, Change.ADD, Change.REMOVE);

  /** To so many backends of the pool a change happens, in one round to one of them. */
  private static final int VICTIMS = 3;

  private final TableRules rules = Contender.rules(Algorithm.BALANCED, Seeds.of(0));
  private final List<Backend> pool;
  private final RowOrder order;
  private final TimedBuild whole;
  private final Series wholeSeries;
  private final Map<Change, List<TimedBuild>> builds = new EnumMap<>(Change.class);
  private final Map<Change, Series> series = new EnumMap<>(Change.class);

  private ChangeTimes(int backends) {
    pool = Pools.equal(backends, 1);
    order = RowOrder.of(rules.seed(), pool);
    ForwardingTable rows = TableRows.build(rules, pool, backend -> true);
    whole = new TimedBuild(() -> TableRows.build(rules, pool, backend -> true), rows.digest());
    wholeSeries = new Series("change-%d-none-from-nothing".formatted(backends), 1);
    for (Change change : CHANGES) {
      String name = change.name().toLowerCase(Locale.ROOT);
      series.put(change, new Series("change-%d-%s".formatted(backends, name), 1));
      builds.put(change, builds(change));
    }
  }

  private List<TimedBuild> builds(Change change) {
    List<TimedBuild> of = new ArrayList<>();
    for (int i = 0; i < VICTIMS; i++) {
      Change.Outcome after = change.of(pool, i * pool.size() / VICTIMS);
      String digest = TableRows.build(rules, after.pool(), after::isUp).digest();
      of.add(new TimedBuild(() -> fromKept(after), digest));
    }
    return of;
  }

  private ForwardingTable fromKept(Change.Outcome after) {
    return TableRows.build(rules, order.changedTo(after.pool()), after.pool(), after::isUp);
  }

  /**
   * @param warmUps rounds that are not recorded
   * @param rounds in each of which every change happens once, and the whole is built from nothing
   */
  static ChangeTimes of(int backends, int warmUps, int rounds) {
    ChangeTimes times = new ChangeTimes(backends);
    for (int round = 0; round < warmUps; round++) {
      times.changeAll(round, true);
    }
    for (int round = 0; round < rounds; round++) {
      times.whole.run(times.wholeSeries, round);
      times.changeAll(round, false);
    }
    return times;
  }

  private void changeAll(int round, boolean isWarmUp) {
    builds.forEach(
        (change, of) ->
            of.get(round % VICTIMS)
                .run(
                    isWarmUp
                        ? new Series("warm-up of " + series.get(change), 1)
                        : series.get(change),
                    round));
  }

  int backends() {
    return pool.size();
  }

  List<Series> series() {
    List<Series> all = new ArrayList<>(series.values());
    all.add(wholeSeries);
    return all;
  }

  /** The middle one of a change, in milliseconds. */
  double medianMillis(Change change) {
    return series.get(change).median() / 1e6;
  }

  static Finding finding(List<ChangeTimes> all) {
    return new Finding(
        "Rows after a change, from the order kept, in milliseconds",
        List.of("backends", "change", "changes", "minimum", "p50", "p99", "maximum", "÷ whole"),
        all.stream().flatMap(t -> CHANGES.stream().map(t::row)).toList());
  }

  private List<String> row(Change change) {
    Series samples = series.get(change);
    return List.of(
        Numbers.count(pool.size()),
        change.toString(),
        Numbers.count(samples.count()),
        Numbers.millis(samples.minimum()),
        Numbers.millis(samples.percentile(50)),
        Numbers.millis(samples.percentile(99)),
        Numbers.millis(samples.maximum()),
        Numbers.percent(samples.medianRatioTo(wholeSeries)));
  }
}
