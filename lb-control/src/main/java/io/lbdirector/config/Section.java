package io.lbdirector.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One section of a file while it is read: typed access to its keys, where everything that is wrong
 * becomes a problem and reading goes on. Keys that nobody has asked for by {@link #finish} are
 * unknown.
 */
final class Section {
  private final TomlDocument document;
  private final Problems problems;
  private final String path;

  /** Every key of the section in the file. */
  private final Map<?, ?> given;

  /** Keys that somebody has asked for, in that order; whether for more than if they are there. */
  private final Map<String, Boolean> known = new LinkedHashMap<>();

  private String label;

  private Section(
      TomlDocument document, Problems problems, String path, String label, Map<?, ?> values) {
    this.document = document;
    this.problems = problems;
    this.path = path;
    this.label = label;
    this.given = values;
  }

  static Section root(TomlDocument document, Problems problems) {
    return new Section(document, problems, "", "", document.root());
  }

  /** How messages call this section: {@code table "web", bind 3}. */
  String label() {
    return label;
  }

  void rename(String newLabel) {
    label = newLabel;
  }

  /** Key path of this section: {@code table[0].bind[2]}. */
  String path() {
    return path;
  }

  /** Line of this section's header. */
  int line() {
    return document.lineOf(path);
  }

  /** Whether the file has the key, with whatever value. */
  boolean has(String key) {
    known.putIfAbsent(key, false);
    return given.containsKey(key);
  }

  /** The value of a key; empty if the file does not have it, or has a bad value (reported). */
  <T> Optional<T> get(String key, Values.Kind<T> kind) {
    return take(key).flatMap(value -> read(key, value, kind));
  }

  /** The value of a key, or {@code otherwise} where {@link #get} would be empty. */
  <T> T get(String key, Values.Kind<T> kind, T otherwise) {
    return get(key, kind).orElse(otherwise);
  }

  /**
   * As {@link #get}, and a problem if the key is missing.
   *
   * @param example what to write, after {@code key = }
   */
  <T> Optional<T> require(String key, Values.Kind<T> kind, String example) {
    if (!has(key)) {
      problem("", key + " is missing; add " + key + " = " + example);
    }
    return get(key, kind);
  }

  /** The elements of an array, without bad ones (reported); empty if the file has no such key. */
  <T> Optional<List<T>> list(String key, Values.Kind<T> kind, String example) {
    Optional<Object> value = take(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (!(value.get() instanceof List<?> elements)) {
      badValue(key, value.get(), notA("an array", value.get(), key + " = " + example));
      return Optional.empty();
    }
    List<T> list = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      read(key + "[" + i + "]", elements.get(i), kind).ifPresent(list::add);
    }
    return Optional.of(list);
  }

  /** As {@link #list}, and a problem if an element is there twice. */
  <T> Optional<List<T>> distinctList(String key, Values.Kind<T> kind, String example) {
    Optional<List<T>> list = list(key, kind, example);
    Set<T> seen = new HashSet<>();
    for (T element : list.orElse(List.of())) {
      if (!seen.add(element)) {
        String shown = Values.show(element instanceof Enum<?> e ? Values.word(e) : element);
        problem(key, key + " has " + shown + " twice; remove one");
      }
    }
    return list;
  }

  /** How many elements the array {@code key} has in the file, good or bad; -1 if it is no array. */
  int count(String key) {
    return given.get(key) instanceof List<?> list ? list.size() : -1;
  }

  /** The section {@code [key]}; empty if the file does not have it. */
  Optional<Section> section(String key, String sectionLabel) {
    Optional<Object> value = take(key);
    if (value.isPresent() && value.get() instanceof Map<?, ?> values) {
      return Optional.of(new Section(document, problems, childPath(key), sectionLabel, values));
    }
    value.ifPresent(v -> badValue(key, v, notA("a section", v, "[" + childName(key) + "]")));
    return Optional.empty();
  }

  /** The sections {@code [[key]]}, in order; labelled {@code key 1}, {@code key 2}, … */
  List<Section> sections(String key) {
    Optional<Object> value = take(key);
    if (value.isEmpty()) {
      return List.of();
    }
    List<Section> sections = new ArrayList<>();
    String prefix = label.isEmpty() ? "" : label + ", ";
    if (value.get() instanceof List<?> elements) {
      for (Object element : elements) {
        if (element instanceof Map<?, ?> values) {
          String itsPath = childPath(key) + "[" + sections.size() + "]";
          String itsLabel = prefix + key + " " + (sections.size() + 1);
          sections.add(new Section(document, problems, itsPath, itsLabel, values));
        }
      }
      if (sections.size() == elements.size()) {
        return sections;
      }
    }
    badValue(
        key, value.get(), notA("a list of sections", value.get(), "[[" + childName(key) + "]]"));
    return List.of();
  }

  /** Name of a section as its header has it, which does not count elements. */
  private String childName(String key) {
    return childPath(key).replaceAll("\\[[0-9]+]", "");
  }

  private static String notA(String wanted, Object value, String write) {
    return "is " + Values.kindOf(value) + ", not " + wanted + "; write " + write;
  }

  /** Reports every key that nobody has asked for. */
  void finish() {
    for (String key : unread()) {
      boolean section = isSection(given.get(key));
      String suggestion = Suggestion.of(key, known.keySet());
      String remedy = suggestion.isEmpty() ? "; remove it, or see docs/forwarding.md" : suggestion;
      problem(key, (section ? "unknown section " : "unknown key ") + key + remedy);
    }
  }

  private Set<String> unread() {
    Set<String> unread = new TreeSet<>();
    for (Object key : given.keySet()) {
      if (!known.getOrDefault(key, false)) {
        unread.add((String) key);
      }
    }
    return unread;
  }

  private static boolean isSection(Object value) {
    return value instanceof Map<?, ?>
        || value instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Map<?, ?>;
  }

  /**
   * Reports a problem.
   *
   * @param key of this section; empty for the section as a whole
   */
  void problem(String key, String message) {
    String keyPath = key.isEmpty() ? path : childPath(key);
    problems.add(lineOf(keyPath), keyPath, label.isEmpty() ? message : label + ": " + message);
  }

  /** Reports {@code key = value} and why it will not do, hiding a secret value. */
  void badValue(String key, Object value, String reason) {
    boolean shown = Values.isPlain(value) && !Secrets.isSecret(key);
    problem(key, key + (shown ? " = " + Values.show(value) : "") + " " + reason);
  }

  /** Line of a key, or of what it belongs to. */
  private int lineOf(String keyPath) {
    int line = document.lineOf(keyPath);
    return line > 0 ? line : line();
  }

  private String childPath(String key) {
    return TomlDocument.path(path, key);
  }

  private Optional<Object> take(String key) {
    boolean again = Boolean.TRUE.equals(known.put(key, true));
    Object value = again ? null : given.get(key);
    return value == TomlDocument.Unreadable.VALUE ? Optional.empty() : Optional.ofNullable(value);
  }

  private <T> Optional<T> read(String key, Object value, Values.Kind<T> kind) {
    try {
      return Optional.of(kind.read(value));
    } catch (Values.BadValue e) {
      badValue(key, value, e.getMessage());
      return Optional.empty();
    }
  }
}
