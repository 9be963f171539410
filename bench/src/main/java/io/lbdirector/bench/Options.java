package io.lbdirector.bench;

import io.lbdirector.bench.harness.Effort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The command line.
 *
 * @param suites names of those to run
 * @param results folder that takes the results
 * @param programs pins of programs of others
 */
record Options(Set<String> suites, Effort effort, Path results, List<Path> programs) {
  static final String USAGE =
      """
      usage: bench/run [--smoke] [--results FOLDER] [--program PIN]... [SUITE...]
        SUITE             packet, tables, reload, control, wire, start, scale; all if none is named
        --smoke           a few seconds, to see that every run is valid; the numbers mean nothing
        --results FOLDER  where results go, instead of bench/results (bench/results/smoke)
        --program PIN     suite packet times this pinned XDP program too, in every case in which it
                          does with the first packet what the director does""";

  /** What was wrong with the command line, in a sentence. */
  static final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }

  /**
   * @param known names of all suites
   * @param standard where results go unless the command line says otherwise
   */
  static Options parse(List<String> arguments, Set<String> known, Path standard)
      throws UsageException {
    Set<String> suites = new LinkedHashSet<>();
    Effort effort = Effort.FULL;
    Path results = null;
    List<Path> programs = new ArrayList<>();
    for (var rest = arguments.iterator(); rest.hasNext(); ) {
      String argument = rest.next();
      if (argument.equals("--smoke")) {
        effort = Effort.SMOKE;
      } else if (argument.equals("--results") && rest.hasNext()) {
        results = Path.of(rest.next());
      } else if (argument.equals("--program") && rest.hasNext()) {
        programs.add(Path.of(rest.next()));
      } else if (known.contains(argument)) {
        suites.add(argument);
      } else {
        throw new UsageException("no suite or option \"" + argument + "\", or it lacks its value");
      }
    }
    Path folder = effort == Effort.SMOKE ? standard.resolve("smoke") : standard;
    return new Options(
        suites.isEmpty() ? known : suites, effort, results == null ? folder : results, programs);
  }
}
