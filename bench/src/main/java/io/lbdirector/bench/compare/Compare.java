package io.lbdirector.bench.compare;

import io.lbdirector.bench.Bench;
import io.lbdirector.bench.harness.Markdown;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Series;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Shows the results of two runs side by side, as Markdown. {@code bench/compare} starts it. */
public final class Compare {
  static final String USAGE =
      """
      usage: bench/compare A B
        A, B  folders with results of bench/run: --results FOLDER, or bench/results""";

  private static final List<String> HEADER =
      List.of("median of rounds, ms", "A", "B", "B ÷ A", "A ÷ base", "B ÷ base");

  private Compare() {}

  public static void main(String[] arguments) {
    if (arguments.length != 2) {
      System.err.println(USAGE);
      System.exit(2);
    }
    try {
      page(Path.of(arguments[0]), Path.of(arguments[1])).forEach(System.out::println);
    } catch (NoSuchFileException e) {
      fail("there is no " + e.getFile());
    } catch (IOException e) {
      fail(e.getMessage());
    }
  }

  private static void fail(String message) {
    System.err.println("bench/compare: " + message);
    System.exit(1);
  }

  /**
   * @return lines
   * @throws IOException if there is nothing to compare, or results cannot be read
   */
  static List<String> page(Path a, Path b) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String suite : new TreeSet<>(Bench.names())) {
      Optional<SuiteResult> inA = SuiteResult.read(a, suite);
      Optional<SuiteResult> inB = SuiteResult.read(b, suite);
      if (inA.isPresent() && inB.isPresent()) {
        addSuite(lines, suite, inA.get(), inB.get());
      }
    }
    if (lines.isEmpty()) {
      throw new IOException(
          "no suite has results in both %s and %s: give folders of bench/run".formatted(a, b));
    }
    return lines;
  }

  private static void addSuite(List<String> lines, String suite, SuiteResult a, SuiteResult b) {
    lines.add("# " + suite);
    lines.add("");
    List<List<String>> head = new ArrayList<>();
    a.head()
        .forEach((name, value) -> head.add(List.of(name, value, b.head().getOrDefault(name, ""))));
    Markdown.addTable(lines, List.of("run", "A", "B"), head);
    List<List<String>> rows = new ArrayList<>();
    for (Map.Entry<String, Series> each : a.series().entrySet()) {
      Series other = b.series().get(each.getKey());
      if (other != null) {
        rows.add(row(each.getKey(), each.getValue(), other, a, b));
      }
    }
    Markdown.addTable(lines, HEADER, rows);
    addLonely(lines, "A", a, b);
    addLonely(lines, "B", b, a);
  }

  private static List<String> row(
      String name, Series inA, Series inB, SuiteResult a, SuiteResult b) {
    double nanosA = inA.medianOfRounds();
    double nanosB = inB.medianOfRounds();
    return List.of(
        name,
        millis(nanosA),
        millis(nanosB),
        Numbers.ratio(nanosB / nanosA),
        toBase(inA, a.base(name)),
        toBase(inB, b.base(name)));
  }

  /** What takes less than a microsecond has its nanoseconds. */
  private static String millis(double nanos) {
    return nanos < 1000 ? Numbers.nanos(nanos) + " ns" : Numbers.millis(nanos);
  }

  private static String toBase(Series series, Optional<Series> base) {
    return base.map(of -> Numbers.ratio(series.medianRatioTo(of))).orElse("");
  }

  private static void addLonely(
      List<String> lines, String name, SuiteResult one, SuiteResult other) {
    List<String> lonely = new ArrayList<>(one.series().keySet());
    lonely.removeAll(other.series().keySet());
    if (!lonely.isEmpty()) {
      lines.add("Only in " + name + ": " + String.join(", ", lonely) + ".");
      lines.add("");
    }
  }
}
