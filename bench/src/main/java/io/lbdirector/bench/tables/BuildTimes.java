package io.lbdirector.bench.tables;

import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.forwarding.Algorithm;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.TableRows;
import io.lbdirector.forwarding.TableRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** How long all rows of a pool take from nothing: by either algorithm, by weights, by turns. */
final class BuildTimes {
  static final List<String> WEIGHTS = List.of("equal", "mixed");

  private final int backends;
  private final List<Kind> kinds = new ArrayList<>();

  /** One kind of table. */
  private record Kind(Algorithm algorithm, String weights, TimedBuild build, Series series) {
    static Kind of(int backends, Algorithm algorithm, String weights) {
      List<Backend> pool =
          weights.equals("mixed") ? Pools.mixed(backends) : Pools.equal(backends, 1);
      List<Backend> shuffled = new ArrayList<>(pool);
      Collections.shuffle(shuffled, new Random(backends));
      TableRules rules = Contender.rules(algorithm, Seeds.of(0));
      return new Kind(
          algorithm,
          weights,
          new TimedBuild(() -> fromNothing(rules, pool), fromNothing(rules, shuffled).digest()),
          new Series("whole-%d-%s-%s".formatted(backends, nameOf(algorithm), weights), 1));
    }

    List<String> row(int backends) {
      return List.of(
          Numbers.count(backends),
          "`" + nameOf(algorithm) + "`",
          weights,
          Numbers.count(series.count()),
          Numbers.millis(series.minimum()),
          Numbers.millis(series.percentile(50)),
          Numbers.millis(series.percentile(99)),
          Numbers.millis(series.maximum()),
          Numbers.nanos(series.minimum() / hashes(backends)));
    }

    /** Each row hashes its number, and then its seed with every backend's address. */
    private static long hashes(int backends) {
      return ForwardingTable.ROWS * (backends + 1L);
    }
  }

  private BuildTimes(int backends) {
    this.backends = backends;
    for (Algorithm algorithm : Algorithm.values()) {
      WEIGHTS.forEach(weights -> kinds.add(Kind.of(backends, algorithm, weights)));
    }
  }

  /**
   * @param warmUps rounds that are not recorded
   * @param rounds in each of which every kind of table is built once
   */
  static BuildTimes of(int backends, int warmUps, int rounds) {
    BuildTimes times = new BuildTimes(backends);
    for (int round = -warmUps; round < rounds; round++) {
      for (Kind kind : times.kinds) {
        kind.build()
            .run(round < 0 ? new Series("warm-up of " + kind.series(), 1) : kind.series(), round);
      }
    }
    return times;
  }

  private static ForwardingTable fromNothing(TableRules rules, List<Backend> pool) {
    return TableRows.build(rules, pool, backend -> true);
  }

  /** As config files have it. */
  private static String nameOf(Algorithm algorithm) {
    return algorithm.name().toLowerCase(Locale.ROOT);
  }

  int backends() {
    return backends;
  }

  List<Series> series() {
    return kinds.stream().map(Kind::series).toList();
  }

  /** The middle build of a kind, in milliseconds. */
  double medianMillis(Algorithm algorithm, String weights) {
    return kinds.stream()
        .filter(kind -> kind.algorithm() == algorithm && kind.weights().equals(weights))
        .mapToDouble(kind -> kind.series().median() / 1e6)
        .findFirst()
        .orElseThrow();
  }

  static Finding finding(List<BuildTimes> all) {
    return new Finding(
        "All rows from nothing, in milliseconds",
        List.of(
            "backends",
            "algorithm",
            "weights",
            "builds",
            "minimum",
            "p50",
            "p99",
            "maximum",
            "ns per hash, minimum"),
        all.stream().flatMap(t -> t.kinds.stream().map(kind -> kind.row(t.backends))).toList());
  }
}
