package io.lbdirector.bench.tables;

import io.lbdirector.bench.harness.Effort;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Suite;
import io.lbdirector.forwarding.Algorithm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** How even tables are, what moves when they change, and how long their rows take to build. */
public final class TablesSuite implements Suite {
  /** Of the tables that are compared; one of them in detail. */
  private static final List<Integer> COMPARED = List.of(16, 64, 256, 1000);

  private static final int IN_DETAIL = 256;
  private static final int WEIGHTED = 48;

  /**
   * @param rounds in full effort; the larger the table, the fewer
   */
  private record Size(int backends, int rounds) {}

  private static final List<Size> BUILT =
      List.of(new Size(3, 400), new Size(50, 200), new Size(250, 60), new Size(1000, 25));
  private static final List<Size> CHANGED = List.of(new Size(250, 100), new Size(1000, 40));

  @Override
  public String name() {
    return "tables";
  }

  @Override
  public Report run(Effort effort, Consumer<String> progress) {
    int seeds = effort.of(20, 3);
    List<Comparison> comparisons = compare(effort, seeds, progress);
    Finding weighted = WeightedPool.of(WEIGHTED, seeds);
    List<BuildTimes> built = build(effort, progress);
    List<ChangeTimes> changed = change(effort, progress);
    return new Report(
        "how even rows are, what moves, and what building them takes",
        findings(comparisons, weighted, built, changed),
        includes(seeds, warmUps(effort)),
        excludes(),
        Stream.concat(
                built.stream().flatMap(t -> t.series().stream()),
                changed.stream().flatMap(t -> t.series().stream()))
            .toList(),
        List.of(TablePlots.evenness(comparisons), TablePlots.times(built, changed)));
  }

  private static int warmUps(Effort effort) {
    return effort.of(5, 1);
  }

  private static List<Comparison> compare(Effort effort, int seeds, Consumer<String> progress) {
    List<Comparison> all = new ArrayList<>();
    for (int backends : effort == Effort.FULL ? COMPARED : List.of(16, IN_DETAIL)) {
      Comparison comparison = Comparison.of(backends, seeds);
      all.add(comparison);
      progress.accept(
          "%d backends, busiest: %s"
              .formatted(
                  backends,
                  Arrays.stream(Contender.values())
                      .map(c -> c + " " + Numbers.deviation(comparison.meanBusiest(c)))
                      .toList()));
    }
    return all;
  }

  private static List<BuildTimes> build(Effort effort, Consumer<String> progress) {
    List<BuildTimes> all = new ArrayList<>();
    for (Size size : BUILT.subList(0, effort.of(BUILT.size(), 2))) {
      BuildTimes times =
          BuildTimes.of(size.backends(), warmUps(effort), effort.of(size.rounds(), 2));
      all.add(times);
      progress.accept(
          "%d backends from nothing: p50 %.2f ms"
              .formatted(size.backends(), times.medianMillis(Algorithm.BALANCED, "equal")));
    }
    return all;
  }

  private static List<ChangeTimes> change(Effort effort, Consumer<String> progress) {
    List<ChangeTimes> all = new ArrayList<>();
    for (Size size : CHANGED.subList(0, effort.of(CHANGED.size(), 1))) {
      ChangeTimes times =
          ChangeTimes.of(size.backends(), 6 * warmUps(effort), effort.of(size.rounds(), 3));
      all.add(times);
      progress.accept(
          "%d backends, one more: p50 %.2f ms"
              .formatted(size.backends(), times.medianMillis(Change.ADD)));
    }
    return all;
  }

  private static List<Finding> findings(
      List<Comparison> comparisons,
      Finding weighted,
      List<BuildTimes> built,
      List<ChangeTimes> changed) {
    List<Finding> findings = new ArrayList<>();
    for (Comparison comparison : comparisons) {
      findings.add(comparison.evenness());
      if (comparison.backends() == IN_DETAIL) {
        findings.add(comparison.lost());
      }
    }
    findings.add(Comparison.between(comparisons));
    findings.add(weighted);
    findings.add(BuildTimes.finding(built));
    findings.add(ChangeTimes.finding(changed));
    return findings;
  }

  private static List<String> includes(int seeds, int warmUps) {
    return List.of(
        "`rendezvous` and `balanced` are the product's classes; Maglev is our own, from its paper,"
            + " for this comparison only: 65,537 rows are Katran's default, 16,381 Cilium's.",
        ("Figures of rows are means over %d seeds, if they do not say otherwise, in percent of the"
                + " table's rows. What happens to one backend happens to another one with each"
                + " seed; before it, all are active and up.")
            .formatted(seeds),
        "The busiest backend: how far it is above an even part of the rows. Needlessly: rows that"
            + " got another primary, less the fewest by which every backend can come to lead as"
            + " many as it then does. Rows of others: led before by another than the backend to"
            + " which it happens.",
        "Connections of a row break if its old primary still runs and is none of the hops of the"
            + " new row. Maglev's row is one backend, so all that moves from those that run"
            + " breaks; Maglev's rows are counted as if they were 65,536.",
        "A build is `TableRows.build` on one thread, from a list of backends to all rows of four"
            + " hops, IPv4. After a change it is `RowOrder.changedTo` and then that, by `balanced`."
            + " Mixed weights are 1, 2 and 10, a third each.",
        "The JIT is warm: every kind was built %d times or more before it was recorded."
            .formatted(warmUps),
        "`ns per hash` divides by 65,536 × (backends + 1) hashes; so it carries ordering and"
            + " writing too, which weighs on small pools. `÷ whole` is the median, over rounds, of"
            + " the change's time ÷ that of a build from nothing in the same round. Of fewer than"
            + " 100 builds p99 is the slowest.",
        "Every build from nothing gave the rows of one that had the backends in another order, and"
            + " every change those of a build from nothing; otherwise there is no page.");
  }

  private static List<String> excludes() {
    return List.of(
        "Connection tables, with which Maglev's users hide moves from flows that stay on the same"
            + " director; and their programs: these are simulated tables.",
        "How uneven flows are on the rows.",
        "The digest, the encoding for the kernel and everything that a reload does besides: see the"
            + " suite `reload`.",
        "A cold JVM, as a daemon's first config meets it; more than one thread; IPv6 backends.");
  }
}
