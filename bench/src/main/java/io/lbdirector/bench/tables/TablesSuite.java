package io.lbdirector.bench.tables;

import io.lbdirector.bench.harness.Effort;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.Suite;
import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.SipKey;
import io.lbdirector.forwarding.TableRows;
import io.lbdirector.forwarding.TableRules;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** How long the rows of one table take to build, warm, on one thread. */
public final class TablesSuite implements Suite {
  private static final SipKey SEED = SipKey.parseHex("34567890123456783456789012345678");
  private static final int HOPS = 2;

  /**
   * @param builds recorded in full effort; the larger the table, the fewer
   */
  private record Pool(int backends, int builds) {}

  private static final List<Pool> POOLS =
      List.of(new Pool(3, 400), new Pool(50, 200), new Pool(250, 60), new Pool(1000, 25));

  @Override
  public String name() {
    return "tables";
  }

  @Override
  public Report run(Effort effort, Consumer<String> progress) {
    List<Pool> pools = POOLS.subList(0, effort.of(POOLS.size(), 2));
    int warmUps = effort.of(10, 1);
    pools.forEach(pool -> measure(pool.backends(), warmUps));
    List<List<String>> rows = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    for (Pool pool : pools) {
      Series builds = measure(pool.backends(), effort.of(pool.builds(), 2));
      series.add(builds);
      rows.add(row(pool.backends(), builds));
      progress.accept(
          pool.backends() + " backends: p50 " + Numbers.millis(builds.percentile(50)) + " ms");
    }
    return new Report(
        "building the 65,536 rows of a table",
        List.of(new Finding("One build, in milliseconds", header(), rows)),
        includes(warmUps),
        excludes(),
        series);
  }

  /**
   * @throws VoidRunException unless every build gives the same rows
   */
  private static Series measure(int backends, int builds) {
    List<Backend> pool = pool(backends);
    Series series = new Series("backends-" + backends, 1);
    String digest = build(pool).digest();
    for (int i = 0; i < builds; i++) {
      long start = System.nanoTime();
      ForwardingTable rows = build(pool);
      series.add(i, System.nanoTime() - start);
      VoidRunException.requireEqual(series + " build " + i, "digest", digest, rows.digest());
    }
    return series;
  }

  private static ForwardingTable build(List<Backend> pool) {
    return TableRows.build(TableRules.rendezvous(SEED, HOPS), pool, backend -> true);
  }

  private static List<Backend> pool(int backends) {
    return IntStream.range(0, backends)
        .mapToObj(i -> IpAddress.parse("10.0." + i / 250 + "." + (1 + i % 250)))
        .map(Backend::active)
        .toList();
  }

  private static List<String> header() {
    return List.of(
        "backends",
        "builds",
        "minimum",
        "p50",
        "p90",
        "p99",
        "maximum",
        "ns per hash, minimum",
        "ns per hash, p50");
  }

  private static List<String> row(int backends, Series builds) {
    return List.of(
        Numbers.count(backends),
        Numbers.count(builds.count()),
        Numbers.millis(builds.minimum()),
        Numbers.millis(builds.percentile(50)),
        Numbers.millis(builds.percentile(90)),
        Numbers.millis(builds.percentile(99)),
        Numbers.millis(builds.maximum()),
        Numbers.nanos(builds.minimum() / hashes(backends)),
        Numbers.nanos(builds.percentile(50) / hashes(backends)));
  }

  /** Each row hashes its number, and then its seed with every backend's address. */
  private static long hashes(int backends) {
    return ForwardingTable.ROWS * (backends + 1L);
  }

  private static List<String> includes(int warmUps) {
    return List.of(
        "TableRows.build, from a list of backends to all rows: every SipHash-2-4, the order"
            + " of the best of each row, two hops a row, all backends IPv4, active and up.",
        "The JIT is warm: all sizes were built %d times before the first was recorded."
            .formatted(warmUps + 1),
        "`ns per hash` is a build's time divided by 65,536 × (backends + 1) hashes; so it carries"
            + " sorting and writing too, which weighs on small pools.",
        "Every build gave the same digest as the first of its size; otherwise there is no page.");
  }

  private static List<String> excludes() {
    return List.of(
        "The digest, the encoding for the kernel and everything that a reload does besides: see the"
            + " suite `reload`.",
        "A cold JVM, as a daemon's first config meets it.",
        "More than one thread, IPv6 backends, weights, and pools with unfit backends.");
  }
}
