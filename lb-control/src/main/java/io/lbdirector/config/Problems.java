package io.lbdirector.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** Collects what is wrong with one file, so that all of it can be reported at once. */
final class Problems {
  /**
   * Long runs of hexadecimal digits are taken for key material that stands where it should not (a
   * key as a key name, say) and never repeated.
   */
  private static final Pattern KEY_MATERIAL = Pattern.compile("[0-9A-Fa-f]{16,}");

  private final String file;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  void add(int line, String key, String message) {
    found.add(new Problem(file, line, hideKeys(key), hideKeys(message)));
  }

  private static String hideKeys(String text) {
    return KEY_MATERIAL.matcher(text).replaceAll("(hidden)");
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Everything found, in the order of the file; at least one problem is. */
  ConfigException toException() {
    found.sort(Comparator.comparingInt(Problem::line));
    return new ConfigException(found);
  }
}
