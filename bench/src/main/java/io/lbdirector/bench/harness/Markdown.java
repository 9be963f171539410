package io.lbdirector.bench.harness;

import java.util.Collections;
import java.util.List;

/** How tables of pages are written. */
public final class Markdown {
  private Markdown() {}

  /**
   * Adds a table, and an empty line.
   *
   * @param rows as many cells as the header
   */
  public static void addTable(List<String> lines, List<String> header, List<List<String>> rows) {
    lines.add(line(header));
    lines.add(line(Collections.nCopies(header.size(), "---")));
    rows.forEach(row -> lines.add(line(row)));
    lines.add("");
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }
}
