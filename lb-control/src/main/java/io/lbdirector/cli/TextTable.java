package io.lbdirector.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows under a heading, in aligned columns that fit a width. Where they do not, the widest of the
 * text columns is cut, and says so with dots; {@code --output json} has it whole.
 */
final class TextTable {
  private static final String GAP = "  ";
  private static final String CUT = "...";

  private final String[] headings;
  private final boolean[] numbers;
  private final List<Cell[]> rows = new ArrayList<>();

  /**
   * @param headings one a column; {@code >} in front marks a column of numbers, set to the right
   *     and never cut
   */
  TextTable(String... headings) {
    this.headings = new String[headings.length];
    this.numbers = new boolean[headings.length];
    for (int i = 0; i < headings.length; i++) {
      numbers[i] = headings[i].startsWith(">");
      this.headings[i] = numbers[i] ? headings[i].substring(1) : headings[i];
    }
    rows.add(cells(this.headings));
  }

  TextTable row(Cell... cells) {
    rows.add(cells);
    return this;
  }

  TextTable row(String... texts) {
    return row(cells(texts));
  }

  private static Cell[] cells(String... texts) {
    Cell[] cells = new Cell[texts.length];
    for (int i = 0; i < texts.length; i++) {
      cells[i] = Cell.of(texts[i]);
    }
    return cells;
  }

  /** Without trailing spaces; the heading comes first, also when nothing follows. */
  List<String> lines(int width, boolean colour) {
    int[] widths = fit(width);
    return rows.stream().map(row -> line(row, widths, colour)).toList();
  }

  private int[] fit(int width) {
    int[] widths = new int[headings.length];
    int total = GAP.length() * (headings.length - 1);
    for (int i = 0; i < widths.length; i++) {
      for (Cell[] row : rows) {
        widths[i] = Math.max(widths[i], row[i].text().length());
      }
      total += widths[i];
    }
    for (int excess = total - width; excess > 0; excess--) {
      widths[widestText(widths)]--;
    }
    return widths;
  }

  private int widestText(int[] widths) {
    int widest = -1;
    for (int i = 0; i < widths.length; i++) {
      if (!numbers[i] && (widest < 0 || widths[i] > widths[widest])) {
        widest = i;
      }
    }
    return widest;
  }

  private String line(Cell[] row, int[] widths, boolean colour) {
    StringBuilder line = new StringBuilder();
    int owed = 0; // spaces that only a later cell makes worth writing
    for (int i = 0; i < row.length; i++) {
      String text = cut(row[i].text(), widths[i]);
      int padding = widths[i] - text.length();
      int before = owed + (numbers[i] ? padding : 0);
      owed = (numbers[i] ? 0 : padding) + GAP.length();
      if (text.isEmpty()) {
        owed += before;
      } else {
        line.append(" ".repeat(before)).append(row[i].tone().paint(text, colour));
      }
    }
    return line.toString();
  }

  private static String cut(String text, int width) {
    return text.length() <= width
        ? text
        : text.substring(0, Math.max(0, width - CUT.length())) + CUT;
  }
}
