package io.lbdirector.bench.reload;

import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.bench.harness.Effort;
import io.lbdirector.bench.harness.Report;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.Suite;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** How long a reload takes that changes one table of few or many, and a flip of health. */
public final class ReloadSuite implements Suite {
  private static final List<Integer> TABLES = List.of(1, 10, 100);
  private static final int BACKENDS = 50;

  @Override
  public String name() {
    return "reload";
  }

  @Override
  public Report run(Effort effort, Consumer<String> progress) {
    int reloads = effort.of(200, 3);
    int warmUps = effort.of(20, 1);
    List<Finding> findings = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    for (int tables : TABLES.subList(0, effort.of(TABLES.size(), 2))) {
      ReloadRun run = ReloadRun.of(tables, BACKENDS, warmUps, reloads);
      findings.add(run.finding());
      series.addAll(run.series());
      progress.accept(run.summary());
    }
    List<List<String>> whole = new ArrayList<>();
    for (Size size : sizes(effort)) {
      WholeRun run = WholeRun.of(size.text(), size.ofAll(), effort.of(3, 1), size.reloads());
      whole.add(run.row());
      series.add(run.series());
      progress.accept(run.summary());
    }
    findings.add(
        new Finding("`Director.reload` of many tables, in milliseconds", WholeRun.HEADER, whole));
    FlipRun flips = FlipRun.of(warmUps, reloads);
    findings.add(flips.finding());
    series.addAll(flips.series());
    progress.accept(flips.summary());
    return new Report(
        "from the text of the file to the live generation",
        findings,
        includes(warmUps, reloads),
        excludes(),
        series);
  }

  /** What to reload by the director alone. */
  private record Size(ConfigText text, boolean ofAll, int reloads) {}

  private static List<Size> sizes(Effort effort) {
    return List.of(
        new Size(ConfigText.of(effort.of(1000, 10), 10), false, effort.of(50, 1)),
        new Size(ConfigText.of(effort.of(10, 2), BACKENDS), true, effort.of(50, 1)),
        new Size(ConfigText.of(effort.of(100, 4), BACKENDS), true, effort.of(20, 1)),
        new Size(ConfigText.of(effort.of(1000, 10), 10), true, effort.of(5, 1)));
  }

  private static List<String> includes(int warmUps, int reloads) {
    return List.of(
        "`Director.reload` is the product's own way, as the admin socket calls it: TOML text in,"
            + " hand-over between its threads, answer after the old generation was retired.",
        "The phases are the same steps run by the harness on one thread with the product's classes,"
            + " on a data plane of its own, by turns with the other; in each reload they add up to"
            + " `until answered`: "
            + phases()
            + ". `until live` ends when packets use the new generation.",
        "Each reload gives one backend of one table another address: one table is built and"
            + " written, the others are kept. Tables have %d backends and one bind each."
                .formatted(BACKENDS),
        "Where all tables change, each gets another address for one backend. Fewer reloads are"
            + " timed there, and of 1,000 tables.",
        reloads
            + " reloads of each kind after "
            + warmUps
            + " that warm up the JIT, one right after another. Retire waits for RCU"
            + " grace periods, which the kernel ends when it sees fit.",
        "A flip of health has the same phases but parse, on the harness's thread: what the checker"
            + " takes to find out is on the page of suite control. After each one down, everything"
            + " was read back from the maps.",
        "After each reload the data plane said the new generation, and one table had been written;"
            + " at the end everything was read back from its maps; otherwise there is no page.");
  }

  private static String phases() {
    return "parse (text to checked config), build (rows and digest of the changed table), plan"
        + " (slots and indexes), prepare (write and read back), publish (one store), retire (grace"
        + " period, free)";
  }

  private static List<String> excludes() {
    return List.of(
        "lbctl, its JVM and the admin socket.",
        "Traffic: the program is loaded and attached to nothing, so grace periods wait only for the"
            + " rest of the machine. Reloads while frames flow are on the page of suite wire.",
        "A first config, which builds every table, on a cold JVM.");
  }
}
