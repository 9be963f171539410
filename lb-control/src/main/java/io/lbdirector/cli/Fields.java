package io.lbdirector.cli;

import java.util.ArrayList;
import java.util.List;

/** Labels and what they say, one under the other; long text goes on below, indented. */
final class Fields {
  private static final int MIN_LABEL = 12;

  private final List<String> labels = new ArrayList<>();
  private final List<Cell> values = new ArrayList<>();

  /**
   * @param label empty for one more line of the label before
   */
  Fields add(String label, Cell value) {
    labels.add(Cell.clean(label));
    values.add(value);
    return this;
  }

  Fields add(String label, String value) {
    return add(label, Cell.of(value));
  }

  List<String> lines(int width, boolean colour) {
    int indent = labels.stream().mapToInt(String::length).max().orElse(0);
    indent = Math.max(MIN_LABEL, indent) + 1;
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      String start = labels.get(i);
      Cell value = values.get(i);
      for (String part : wrap(value.text(), width - indent)) {
        lines.add(start + " ".repeat(indent - start.length()) + value.tone().paint(part, colour));
        start = "";
      }
    }
    return lines;
  }

  /** Breaks at spaces where it can, and within a word that is wider than a line. */
  static List<String> wrap(String text, int width) {
    List<String> parts = new ArrayList<>();
    String rest = text.strip();
    while (rest.length() > width) {
      int space = rest.lastIndexOf(' ', width);
      int end = space > 0 ? space : width;
      parts.add(rest.substring(0, end).stripTrailing());
      rest = rest.substring(end).strip();
    }
    parts.add(rest);
    return parts;
  }
}
