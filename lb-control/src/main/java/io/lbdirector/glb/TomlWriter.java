package io.lbdirector.glb;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Lines of TOML on their way into a file, each with the place that it comes from, so that whatever
 * is wrong with a line can be told in terms of that place.
 */
final class TomlWriter {
  private record Line(String text, Place from) {}

  private record Entry(Place from, String key, String value, String comment) {}

  private final List<Line> lines = new ArrayList<>();

  /** Of the last section: they are aligned when the next one begins. */
  private final List<Entry> entries = new ArrayList<>();

  private String indent = "";

  /**
   * @param text one line, not from a file
   */
  void comment(Place from, String text) {
    flush();
    lines.add(new Line("# " + text, from));
  }

  /**
   * Begins a section.
   *
   * @param header {@code [director]}, {@code [[table.bind]]}
   */
  void section(Place from, String header) {
    flush();
    indent = header.contains(".") ? "  " : "";
    if (!lines.isEmpty()) {
      lines.add(new Line("", from));
    }
    lines.add(new Line(indent + header, from));
  }

  void entry(Place from, String key, String value) {
    entry(from, key, value, "");
  }

  /**
   * @param value as TOML writes it
   * @param comment one line, not from a file; empty for none
   */
  void entry(Place from, String key, String value, String comment) {
    entries.add(new Entry(from, key, value, comment));
  }

  private void flush() {
    int width = entries.stream().mapToInt(e -> e.key.length()).max().orElse(0);
    for (Entry e : entries) {
      String padding = " ".repeat(width - e.key.length());
      String comment = e.comment.isEmpty() ? "" : "  # " + e.comment;
      lines.add(new Line(indent + e.key + padding + " = " + e.value + comment, e.from));
    }
    entries.clear();
  }

  /** Adds all lines of {@code other} behind an empty one. */
  void append(TomlWriter other) {
    flush();
    other.flush();
    lines.add(new Line("", other.lines.get(0).from));
    lines.addAll(other.lines);
  }

  boolean isEmpty() {
    flush();
    return lines.isEmpty();
  }

  String text() {
    flush();
    return lines.stream().map(line -> line.text + "\n").collect(Collectors.joining());
  }

  /**
   * Where a line comes from.
   *
   * @param number 1-based
   */
  Place origin(int number) {
    return lines.get(number - 1).from;
  }

  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (Character.isISOControl(c)) {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  static String quote(Collection<String> texts) {
    return texts.stream().map(TomlWriter::quote).collect(Collectors.joining(", ", "[", "]"));
  }
}
