package io.lbdirector.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a whole TOML 0.4 file. Sections and the extent of values are found here, strictly; what a
 * value means is left to the TOML library, one value at a time. The library would copy the rest of
 * the file for each value that it reads, and silently drops {@code key =}: both are kept from it.
 *
 * <p>A bad value costs its own line only, so that everything else in the file is still checked. A
 * bad section header ends the reading, since nobody can tell where the keys after it belong.
 */
final class TomlReader {
  private static final int SHORT_LINE = 16; // characters

  private final TomlCursor in;
  private final TomlSyntax syntax;
  private final Problems problems;
  private final Map<String, Object> root = new LinkedHashMap<>();
  private final Map<String, Integer> lines;

  /** Paths that a header has opened with single brackets. */
  private final Set<String> opened = new HashSet<>();

  private Map<String, Object> section = root;
  private String sectionPath = "";

  private TomlReader(String text, Problems problems) {
    this.in = new TomlCursor(text);
    this.lines = new HashMap<>(text.length() / SHORT_LINE);
    this.syntax = new TomlSyntax(in);
    this.problems = problems;
  }

  /**
   * @param problems receives the values that cannot be read
   * @throws TomlException if the file cannot be read on from some place
   */
  static TomlDocument read(String text, Problems problems) throws TomlException {
    TomlReader reader = new TomlReader(text, problems);
    reader.lines();
    return new TomlDocument(reader.root, reader.lines);
  }

  private void lines() throws TomlException {
    in.skipBlankLines();
    while (!in.atEnd()) {
      if (in.peek() == '[') {
        header();
        expectLineEnd("a section header", "");
      } else {
        line();
      }
      in.skipBlankLines();
    }
  }

  private void header() throws TomlException {
    int line = in.line();
    in.next();
    boolean ofArray = in.take("[");
    List<String> keys = headerKeys();
    if (!in.take(ofArray ? "]]" : "]")) {
      throw new TomlException(
          line, "", "the section header is not closed: write [section] or [[section]]");
    }
    section = root;
    sectionPath = "";
    for (String key : keys.subList(0, keys.size() - 1)) {
      descend(key, line);
    }
    String last = keys.get(keys.size() - 1);
    if (ofArray) {
      openElement(last, line);
    } else {
      openTable(last, line);
    }
  }

  private List<String> headerKeys() throws TomlException {
    List<String> keys = new ArrayList<>();
    do {
      in.skipBlanks();
      keys.add(syntax.key(""));
      in.skipBlanks();
    } while (in.take("."));
    return keys;
  }

  /** Goes into the table {@code key}, or the last one of the array {@code key}. */
  private void descend(String key, int line) throws TomlException {
    String path = TomlDocument.path(sectionPath, key);
    Object there = section.get(key);
    if (there instanceof TableArray tables) {
      enter(path + "[" + (tables.size() - 1) + "]", tables.get(tables.size() - 1));
    } else if (there instanceof Table table) {
      enter(path, table);
    } else if (there == null) {
      enter(path, newTable(key, path, line));
    } else {
      throw isValue(path, line);
    }
  }

  private void openTable(String key, int line) throws TomlException {
    String path = TomlDocument.path(sectionPath, key);
    if (section.get(key) instanceof TableArray) {
      String message = "[%s] after [[%s]]; write the same brackets each time";
      throw new TomlException(line, path, message.formatted(key, key));
    }
    descend(key, line);
    if (!opened.add(path)) {
      String message = "section [%s] is there already on line %d; put its keys there";
      throw new TomlException(line, path, message.formatted(key, lines.get(path)));
    }
    lines.put(path, line);
  }

  private void openElement(String key, int line) throws TomlException {
    String path = TomlDocument.path(sectionPath, key);
    if (!section.containsKey(key)) {
      section.put(key, new TableArray());
      lines.put(path, line);
    }
    if (!(section.get(key) instanceof TableArray tables)) {
      String message = "[[%s]], but %s stands on line %d as something else; see that line";
      throw new TomlException(line, path, message.formatted(key, key, lines.get(path)));
    }
    String element = path + "[" + tables.size() + "]";
    Table table = new Table();
    tables.add(table);
    lines.put(element, line);
    enter(element, table);
  }

  private Table newTable(String key, String path, int line) {
    Table table = new Table();
    section.put(key, table);
    lines.put(path, line);
    return table;
  }

  private void enter(String path, Map<String, Object> table) {
    sectionPath = path;
    section = table;
  }

  private TomlException isValue(String path, int line) {
    String message = "section [%s], but line %d sets %s to a value; remove one of them";
    String name = TomlSyntax.name(path);
    return new TomlException(line, path, message.formatted(name, lines.get(path), name));
  }

  private void line() throws TomlException {
    int line = in.line();
    try {
      keyAndValue();
    } catch (TomlException e) {
      if (in.line() != line) {
        throw e;
      }
      problems.add(e.line(), e.key(), e.getMessage());
      in.skipLine();
    }
  }

  private void keyAndValue() throws TomlException {
    String key = syntax.key(sectionPath);
    String path = TomlDocument.path(sectionPath, key);
    in.skipBlanks();
    if (!in.take("=")) {
      // The word is not repeated: it might be a stray piece of a secret.
      throw new TomlException(
          in.line(), sectionPath, "expected key = value, but there is no = after the first word");
    }
    in.skipBlanks();
    if (section.containsKey(key)) {
      String message = "%s is set already on line %d; remove one of them";
      throw new TomlException(in.line(), path, message.formatted(key, lines.get(path)));
    }
    lines.put(path, in.line());
    section.put(key, TomlDocument.Unreadable.VALUE);
    section.put(key, value(path));
  }

  private Object value(String path) throws TomlException {
    int start = in.position();
    Map<String, Integer> parts = syntax.value(path);
    String text = in.since(start);
    expectLineEnd("the value of " + TomlSyntax.name(path), path);
    lines.putAll(parts);
    return TomlValue.decode(text, path, parts);
  }

  private void expectLineEnd(String what, String path) throws TomlException {
    in.skipBlanks();
    in.skipComment();
    if (!in.atLineEnd()) {
      String message = "there is something behind %s; start a new line, or a comment with #";
      throw new TomlException(in.line(), path, message.formatted(what));
    }
  }

  /** A table that headers may add to, unlike an inline one. */
  private static final class Table extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1L;
  }

  /** The tables of one {@code [[name]]}. */
  private static final class TableArray extends ArrayList<Table> {
    private static final long serialVersionUID = 1L;
  }
}
