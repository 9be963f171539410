package io.lbdirector.bench;

import static java.util.stream.Collectors.joining;

import io.lbdirector.bench.control.ControlSuite;
import io.lbdirector.bench.harness.Effort;
import io.lbdirector.bench.harness.Provenance;
import io.lbdirector.bench.harness.Report;
import io.lbdirector.bench.harness.ReportWriter;
import io.lbdirector.bench.harness.Suite;
import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.bench.packet.PacketSuite;
import io.lbdirector.bench.reload.ReloadSuite;
import io.lbdirector.bench.scale.ScaleSuite;
import io.lbdirector.bench.start.StartSuite;
import io.lbdirector.bench.tables.TablesSuite;
import io.lbdirector.bench.wire.WireSuite;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs suites, one after another, and writes the results of each. {@code bench/run} starts it. */
public final class Bench {
  private Bench() {}

  /**
   * @param arguments see {@link Options#USAGE}. The system properties {@code bench.results} and
   *     {@code bench.commit} say where results go and what was measured
   */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  /**
   * @return exit code: 0 done, 1 a run was void, 2 wrong usage
   */
  static int run(List<String> arguments) {
    try {
      Path results = Path.of(System.getProperty("bench.results", "bench/results"));
      Options options = Options.parse(arguments, names(), results);
      for (Suite suite : suites(options.programs())) {
        if (options.suites().contains(suite.name())) {
          run(suite, options);
        }
      }
      return 0;
    } catch (Options.UsageException e) {
      progress(e.getMessage() + "\n" + Options.USAGE);
      return 2;
    } catch (VoidRunException e) {
      progress(e.getMessage());
      return 1;
    }
  }

  private static List<Suite> suites(List<Path> programs) {
    return List.of(
        new PacketSuite(programs),
        new TablesSuite(),
        new ReloadSuite(),
        new ControlSuite(),
        new WireSuite(),
        new StartSuite(),
        new ScaleSuite());
  }

  /** Names of all suites. */
  public static Set<String> names() {
    return suites(List.of()).stream().map(Suite::name).collect(Collectors.toUnmodifiableSet());
  }

  private static void run(Suite suite, Options options) {
    progress("== " + suite.name());
    Provenance provenance =
        new Provenance(
            command(suite, options),
            System.getProperty("bench.commit", "unknown"),
            Clock.systemUTC());
    Report report = suite.run(options.effort(), line -> progress("   " + line));
    progress("   " + new ReportWriter(options.results(), suite.name()).write(report, provenance));
  }

  private static String command(Suite suite, Options options) {
    return "bench/run "
        + (options.effort() == Effort.SMOKE ? "--smoke " : "")
        + options.programs().stream().map(pin -> "--program " + pin + " ").collect(joining())
        + suite.name();
  }

  private static void progress(String line) {
    System.err.println(line);
  }
}
