package io.lbdirector.bench.start;

import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.bench.harness.Effort;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.Suite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The daemon's start. */
public final class StartSuite implements Suite {
  private static final int MIB = 1 << 20;

  @Override
  public String name() {
    return "start";
  }

  @Override
  public Report run(Effort effort, Consumer<String> progress) {
    List<List<String>> rows = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    for (Size size :
        List.of(
            new Size(ConfigText.of(10, 50), effort.of(20, 1)),
            new Size(ConfigText.of(effort.of(1000, 20), 10), effort.of(5, 1)))) {
      try (DaemonRun run = new DaemonRun(size.text())) {
        for (int round = 1; round <= size.rounds(); round++) {
          run.round(round);
        }
        rows.add(row("from nothing, to the first packet forwarded", run, run.cold()));
        rows.add(row("with the data plane there, until ready", run, run.adopting()));
        series.addAll(List.of(run.cold(), run.adopting()));
        progress.accept(summary(run));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new Report(
        "of the daemon, and its memory",
        List.of(
            new Finding(
                "Start of `lbd`, in milliseconds",
                List.of("", "tables", "backends each", "minimum", "p50", "maximum", "resident MiB"),
                rows)),
        includes(),
        excludes(),
        series);
  }

  private record Size(ConfigText text, int rounds) {}

  private static List<String> row(String what, DaemonRun run, Series each) {
    return List.of(
        what,
        Numbers.count(run.text().tables()),
        Numbers.count(run.text().backends()),
        Numbers.millis(each.minimum()),
        Numbers.millis(each.percentile(50)),
        Numbers.millis(each.maximum()),
        Numbers.count(run.residentBytes() / MIB));
  }

  private static String summary(DaemonRun run) {
    return "%d tables: cold p50 %s ms, adopting p50 %s ms, %d MiB"
        .formatted(
            run.text().tables(),
            Numbers.millis(run.cold().percentile(50)),
            Numbers.millis(run.adopting().percentile(50)),
            run.residentBytes() / MIB);
  }

  private static List<String> includes() {
    return List.of(
        "`bin/lbd run` as from a shell: the JVM, the config, all rows of all tables, loading and"
            + " attaching the program, finding the gateway. A TCP SYN for the first table's VIP"
            + " comes every millisecond; the first row ends when one of them comes back in GUE, the"
            + " second when the daemon logs that it is ready: packets are forwarded all the while.",
        "Before each cold start nothing of the daemon was left, and a frame was not forwarded;"
            + " otherwise there is no page.",
        "Resident memory is that of the process at that moment, code and class data included; the"
            + " maps are the kernel's, and not in it.");
  }

  private static List<String> excludes() {
    return List.of(
        "A cold page cache: the files of JVM and program were read by the start before.",
        "A gateway that does not answer: its neighbour entry is there.");
  }
}
