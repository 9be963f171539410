package io.lbdirector.bench.harness;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes a suite's results: {@code SUITE.md} to read, {@code SUITE.PLOT.png} that it shows, {@code
 * SUITE.csv} with every sample, and {@code SUITE.SERIES.hgrm}, percentiles as HdrHistogram's
 * plotters take them.
 */
public final class ReportWriter {
  /** Steps in which a .hgrm halves the distance to 100 %. */
  private static final int TICKS_PER_HALF_DISTANCE = 5;

  private final Path folder;
  private final String suite;

  /**
   * @param folder made if it is missing; what an earlier run of the suite left there is replaced
   */
  public ReportWriter(Path folder, String suite) {
    this.folder = folder;
    this.suite = suite;
  }

  /**
   * @return the file to read
   */
  public Path write(Report report, Provenance provenance) {
    try {
      Files.createDirectories(folder);
      deleteOldFiles();
      for (Plot plot : report.plots()) {
        PlotWriter.write(plot, folder.resolve(fileName(plot)));
      }
      for (Series series : report.series()) {
        writeHistogram(series);
      }
      Files.write(folder.resolve(suite + ".csv"), csv(report.series()));
      return Files.write(folder.resolve(suite + ".md"), page(report, provenance));
    } catch (IOException e) {
      throw new UncheckedIOException("write the results of " + suite + " to " + folder, e);
    }
  }

  private void deleteOldFiles() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(this::isHistogramOrPlot).toList()) {
        Files.delete(file);
      }
    }
  }

  private boolean isHistogramOrPlot(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(suite + ".") && (name.endsWith(".hgrm") || name.endsWith(".png"));
  }

  private String fileName(Plot plot) {
    return suite + "." + plot.name() + ".png";
  }

  /** Nanoseconds per operation. */
  private void writeHistogram(Series series) throws IOException {
    Path file = folder.resolve(suite + "." + series.name() + ".hgrm");
    try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, "UTF-8")) {
      series
          .histogram()
          .outputPercentileDistribution(out, TICKS_PER_HALF_DISTANCE, (double) series.operations());
    }
  }

  private static List<String> csv(List<Series> all) {
    List<String> lines = new ArrayList<>();
    lines.add("series,round,operations,nanoseconds");
    for (Series series : all) {
      for (Series.Sample s : series.samples()) {
        lines.add(series.name() + "," + s.round() + "," + series.operations() + "," + s.nanos());
      }
    }
    return lines;
  }

  private byte[] page(Report report, Provenance provenance) {
    List<String> lines = new ArrayList<>();
    lines.add("# " + suite + ": " + report.title());
    lines.add("");
    Markdown.addTable(lines, List.of("run", ""), provenance.rows());
    for (Report.Finding finding : report.findings()) {
      lines.add("## " + finding.caption());
      lines.add("");
      Markdown.addTable(lines, finding.header(), finding.rows());
    }
    for (Plot plot : report.plots()) {
      lines.add("![%s](%s)".formatted(plot.title(), fileName(plot)));
      lines.add("");
    }
    addList(lines, "What the numbers include", report.includes());
    lines.add("");
    addList(lines, "What they do not", report.excludes());
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void addList(List<String> lines, String caption, List<String> sentences) {
    lines.add("## " + caption);
    lines.add("");
    sentences.forEach(sentence -> lines.add("- " + sentence));
  }
}
