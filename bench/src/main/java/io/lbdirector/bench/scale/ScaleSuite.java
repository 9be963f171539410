package io.lbdirector.bench.scale;

import io.lbdirector.bench.harness.Effort;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Plot;
import io.lbdirector.bench.harness.Plot.Axis;
import io.lbdirector.bench.harness.Plot.Line;
import io.lbdirector.bench.harness.Plot.Point;
import io.lbdirector.bench.harness.Report;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.Suite;
import io.lbdirector.bench.scale.SizeRun.Work;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** What the director does, from small to large configs. */
public final class ScaleSuite implements Suite {
  private static final int MIB = 1 << 20;

  @Override
  public String name() {
    return "scale";
  }

  @Override
  public Report run(Effort effort, Consumer<String> progress) {
    List<Finding> findings = new ArrayList<>();
    List<List<String>> growth = new ArrayList<>();
    List<Plot> plots = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    int rounds = effort.of(3, 1);
    int repeats = effort.of(15, 1);
    for (Dimension whole : Dimension.ALL) {
      Dimension dimension = whole.upTo(effort.of(Integer.MAX_VALUE, 2));
      List<SizeRun> runs = new ArrayList<>();
      for (int size : dimension.sizes()) {
        SizeRun run = SizeRun.of(dimension, size, rounds, repeats);
        runs.add(run);
        series.addAll(run.series());
        progress.accept(summary(dimension, run));
      }
      findings.add(finding(dimension, runs));
      growth.add(growth(dimension, runs));
      plots.add(plot(dimension, runs));
    }
    findings.add(0, growth(growth));
    return new Report(
        "what grows, and how much, from small configs to large",
        findings,
        includes(rounds, repeats),
        excludes(),
        series,
        plots);
  }

  private static String summary(Dimension dimension, SizeRun run) {
    return "%s %s: start %s ms, reload %s ms, counters %s ms, %d MiB"
        .formatted(
            Numbers.count(run.size()),
            dimension.name(),
            Numbers.millis(run.medianNanos(Work.START)),
            Numbers.millis(run.medianNanos(Work.RELOAD)),
            Numbers.millis(run.medianNanos(Work.COUNTERS)),
            run.heapBytes() / MIB);
  }

  private static Finding finding(Dimension dimension, List<SizeRun> runs) {
    List<String> header = new ArrayList<>();
    header.add(dimension.name());
    Arrays.stream(Work.values()).forEach(work -> header.add(work.title()));
    header.addAll(List.of("reload, p99", "heap MiB"));
    List<List<String>> rows = new ArrayList<>();
    for (SizeRun run : runs) {
      List<String> row = new ArrayList<>();
      row.add(Numbers.count(run.size()));
      Arrays.stream(Work.values()).forEach(w -> row.add(Numbers.millis(run.medianNanos(w))));
      row.add(Numbers.millis(run.series(Work.RELOAD).percentile(99)));
      row.add(Numbers.count(run.heapBytes() / MIB));
      rows.add(row);
    }
    String caption = "More %s (%s): medians in milliseconds";
    return new Finding(caption.formatted(dimension.name(), dimension.rest()), header, rows);
  }

  private static Finding growth(List<List<String>> rows) {
    List<String> header = new ArrayList<>(List.of("", "times as many"));
    Arrays.stream(Work.values()).forEach(work -> header.add(work.title()));
    return new Finding("From the smallest to the largest: how many times as long", header, rows);
  }

  private static List<String> growth(Dimension dimension, List<SizeRun> runs) {
    SizeRun smallest = runs.get(0);
    SizeRun largest = runs.get(runs.size() - 1);
    List<String> row = new ArrayList<>();
    row.add(
        "%s to %s %s"
            .formatted(
                Numbers.count(dimension.smallest()),
                Numbers.count(dimension.largest()),
                dimension.name()));
    row.add(Numbers.count(dimension.largest() / dimension.smallest()));
    for (Work work : Work.values()) {
      row.add(Numbers.ratio(largest.medianNanos(work) / smallest.medianNanos(work)));
    }
    return row;
  }

  private static Plot plot(Dimension dimension, List<SizeRun> runs) {
    return new Plot(
        dimension.name(),
        "More " + dimension.name() + " (" + dimension.rest() + "), median",
        new Axis(dimension.name(), true),
        new Axis("milliseconds", true),
        Arrays.stream(Work.values()).map(work -> line(work, runs)).toList());
  }

  private static Line line(Work work, List<SizeRun> runs) {
    return new Line(
        work.title(),
        runs.stream().map(run -> new Point(run.size(), run.medianNanos(work) / 1e6)).toList());
  }

  private static List<String> includes(int rounds, int repeats) {
    return List.of(
        "The product's director on a data plane of its own, as in suite reload: from TOML text to"
            + " the answer. A reload gives one backend of one table another address.",
        "Counters are those of all binds, backends and verdicts, as `lbctl counters` asks for them,"
            + " summed over all CPUs; each answer had all binds.",
        "%d directors a size, after one that warms up, each reloaded and asked %d times."
            .formatted(rounds, repeats),
        "Heap is what is reachable after the reloads: configs, rows and orders of backends that the"
            + " director keeps for the next change, and what the harness has, some MiB.");
  }

  private static List<String> excludes() {
    return List.of(
        "Packets: what tables and binds in use cost them has its plots on the page of suite packet."
            + " Rows: on that of tables. Checks of backends: control. The daemon's start: start.",
        "Maps: a table's rows are 128 KiB of kernel memory for each hop.");
  }
}
