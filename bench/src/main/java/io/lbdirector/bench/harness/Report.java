package io.lbdirector.bench.harness;

import java.util.List;

/**
 * What a suite found out.
 *
 * @param title what was measured, in a few words
 * @param findings tables of figures
 * @param includes what is in the numbers, a sentence each
 * @param excludes what is not, a sentence each
 * @param series everything that was sampled, for those who want to look closer
 * @param plots pictures of figures, in the order in which the page shows them
 */
public record Report(
    String title,
    List<Finding> findings,
    List<String> includes,
    List<String> excludes,
    List<Series> series,
    List<Plot> plots) {

  /** A report without plots. */
  public Report(
      String title,
      List<Finding> findings,
      List<String> includes,
      List<String> excludes,
      List<Series> series) {
    this(title, findings, includes, excludes, series, List.of());
  }

  /**
   * One table of figures.
   *
   * @param header names of its columns; the first is that of the rows' names
   * @param rows as many cells as the header
   */
  public record Finding(String caption, List<String> header, List<List<String>> rows) {}
}
