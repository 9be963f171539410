package io.lbdirector.bench.compare;

import io.lbdirector.bench.harness.ReportWriter;
import io.lbdirector.bench.harness.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run left of one suite.
 *
 * @param head names and values of the page's first table: commit, machine, date
 * @param series by name, in the file's order
 */
record SuiteResult(Map<String, String> head, Map<String, Series> series) {
  /** Names of series, behind the last point, that others of the same beginning are measured by. */
  private static final List<String> BASES = List.of("floor", "stub", "direct");

  /**
   * Empty if the run had no such suite.
   *
   * @throws IOException if its files cannot be read or are not those of {@link ReportWriter},
   *     saying where
   */
  static Optional<SuiteResult> read(Path folder, String suite) throws IOException {
    Path csv = folder.resolve(suite + ".csv");
    try {
      List<String> samples = Files.readAllLines(csv);
      return Optional.of(
          new SuiteResult(
              head(Files.readAllLines(folder.resolve(suite + ".md"))), series(csv, samples)));
    } catch (NoSuchFileException e) {
      if (Path.of(e.getFile()).equals(csv)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Map<String, String> head(List<String> page) {
    Map<String, String> head = new LinkedHashMap<>();
    page.stream()
        .dropWhile(line -> !line.startsWith("| ---"))
        .skip(1)
        .takeWhile(line -> line.startsWith("| "))
        .map(line -> line.split(" *\\| *", 4))
        .forEach(cells -> head.put(cells[1], cells[2]));
    return head;
  }

  private static Map<String, Series> series(Path csv, List<String> lines) throws IOException {
    Map<String, Series> all = new LinkedHashMap<>();
    for (int i = 1; i < lines.size(); i++) {
      String[] cells = lines.get(i).split(",");
      try {
        String name = cells[0];
        int operations = Integer.parseInt(cells[2]);
        all.computeIfAbsent(name, n -> new Series(n, operations))
            .add(Integer.parseInt(cells[1]), Long.parseLong(cells[3]));
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        throw new IOException(
            "%s, line %d: \"%s\" is no sample: series,round,operations,nanoseconds"
                .formatted(csv, i + 1, lines.get(i)),
            e);
      }
    }
    return all;
  }

  /**
   * What a series is measured by, in the same rounds: empty if it is such a base itself, or stands
   * alone.
   */
  Optional<Series> base(String name) {
    int point = name.lastIndexOf('.');
    if (point < 0 || BASES.contains(name.substring(point + 1))) {
      return Optional.empty();
    }
    return BASES.stream()
        .map(base -> series.get(name.substring(0, point + 1) + base))
        .filter(base -> base != null)
        .findFirst();
  }
}
