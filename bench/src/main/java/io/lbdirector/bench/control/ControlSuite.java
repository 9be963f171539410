package io.lbdirector.bench.control;

import io.lbdirector.bench.harness.Effort;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.Suite;
import io.lbdirector.health.CheckSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** What an operator waits for, and what a director spends beside forwarding. */
public final class ControlSuite implements Suite {
  private static final List<Integer> BACKENDS = List.of(50, 500, 5000);

  @Override
  public String name() {
    return "control";
  }

  @Override
  public Report run(Effort effort, Consumer<String> progress) {
    Duration measured = Duration.ofSeconds(effort.of(20, 2));
    List<ChecksRun> checks = new ArrayList<>();
    for (int backends : BACKENDS.subList(0, effort.of(BACKENDS.size(), 1))) {
      checks.add(ChecksRun.of(CheckSpec.Type.TCP, backends, 0, measured));
    }
    int most = effort.of(BACKENDS.get(BACKENDS.size() - 1), BACKENDS.get(0));
    ChecksRun http = ChecksRun.of(CheckSpec.Type.HTTP, most, effort.of(100, 5), measured);
    checks.add(http);
    checks.forEach(run -> progress.accept(run.summary()));
    try (AdminHost host = new AdminHost()) {
      CommandRun command = CommandRun.of(host, effort.of(20, 1));
      progress.accept("lbctl: p50 %s ms".formatted(Numbers.millis(command.lbctl().median())));
      AdminRun admin = AdminRun.of(host, effort.of(10, 1), Duration.ofSeconds(effort.of(3, 1)));
      progress.accept("admin: %.0f answers a second".formatted(admin.quietPerSecond()));
      return new Report(
          "health checks, the command line, the admin socket",
          List.of(checks(checks), detection(http), command(command), admin(admin)),
          includes(admin),
          excludes(),
          List.of(http.delays(), command.lbctl(), command.jvm(), admin.quiet(), admin.busy()));
    }
  }

  private static Finding checks(List<ChecksRun> runs) {
    return new Finding(
        "Backends, each checked every %d s".formatted(ChecksRun.INTERVAL.toSeconds()),
        List.of("check", "backends", "checks a second", "share of one core", "µs a check"),
        runs.stream().map(ControlSuite::row).toList());
  }

  private static List<String> row(ChecksRun run) {
    return List.of(
        run.name(),
        Numbers.count(run.backends()),
        decimal("%.0f", run.checksPerSecond()),
        decimal("%.2f", run.cpuShare()),
        decimal("%.1f", run.cpuShare() / run.checksPerSecond() * 1e6));
  }

  private static Finding detection(ChecksRun http) {
    Series delays = http.delays();
    double expected = (double) ChecksRun.FALL * ChecksRun.INTERVAL.toNanos();
    List<List<String>> rows = new ArrayList<>();
    for (double percent : new double[] {50, 90, 99, 100}) {
      double nanos = delays.percentile(percent);
      rows.add(
          List.of(
              decimal("p%.0f", percent),
              decimal("%.2f", nanos / 1e9),
              decimal("%.2f", nanos / expected)));
    }
    return new Finding(
        "From the first bad answer possible to the verdict, fall = " + ChecksRun.FALL,
        List.of("", "seconds", "ratio to fall × interval"),
        rows);
  }

  private static Finding command(CommandRun run) {
    return new Finding(
        "`lbctl status`, from start to end, in milliseconds",
        List.of("", "minimum", "p50", "maximum", "ratio of medians"),
        List.of(
            commandRow("`lbctl status`", run.lbctl(), run.jvm()),
            commandRow("`java -version`", run.jvm(), run.jvm())));
  }

  private static List<String> commandRow(String name, Series series, Series base) {
    return List.of(
        name,
        Numbers.millis(series.minimum()),
        Numbers.millis(series.median()),
        Numbers.millis(series.maximum()),
        decimal("%.2f", series.median() / base.median()));
  }

  private static Finding admin(AdminRun run) {
    return new Finding(
        "`GET /v1/status` by " + AdminRun.CLIENTS + " clients, in milliseconds",
        List.of("", "answers a second", "ratio", "p50", "p90", "p99", "maximum", "ratio of p50"),
        List.of(
            adminRow("quiet", run.quietPerSecond(), 1, run.quiet(), run.quiet()),
            adminRow(
                "while reloads run",
                run.busyPerSecond(),
                run.busyPerSecond() / run.quietPerSecond(),
                run.busy(),
                run.quiet())));
  }

  private static List<String> adminRow(
      String name, double perSecond, double ratio, Series series, Series base) {
    return List.of(
        name,
        decimal("%.0f", perSecond),
        decimal("%.2f", ratio),
        Numbers.millis(series.percentile(50)),
        Numbers.millis(series.percentile(90)),
        Numbers.millis(series.percentile(99)),
        Numbers.millis(series.maximum()),
        decimal("%.2f", series.percentile(50) / base.percentile(50)));
  }

  private static String decimal(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }

  private static List<String> includes(AdminRun admin) {
    return List.of(
        "The checker is the product's `HealthChecker`, on its one thread, whose own CPU time (user"
            + " and kernel) is what the share says. Each check is a connection of its own; the"
            + " backends are addresses of 127.0.0.0/8, and one server on another thread.",
        "As many checks were made as were due, within a tenth; none failed and the checker did not"
            + " stall; otherwise there is no page.",
        "Detection begins when the server starts to answer 503 for a backend, anywhere within its"
            + " interval, hence a ratio of 0.67 to 1 and the jitter.",
        "lbctl is started as from a shell, by turns with a bare JVM.",
        "The admin socket, which lbctl asks too, is that of a whole director with 10 tables of 50 backends, on a data plane"
            + " of its own. Each answer takes a connection of its own, and its JSON is read. "
            + admin.reloads()
            + " reloads ran one after another in the second row, each of which builds a table.");
  }

  private static List<String> excludes() {
    return List.of(
        "The network: everything is on one machine, whose cores all of it shares.",
        "Checks through the tunnel.");
  }
}
