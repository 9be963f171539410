package io.lbdirector.config;

import java.util.Map;

/**
 * A TOML file as read, and where each part of it stands.
 *
 * @param root key to {@code String}, {@code Long}, {@code Double}, {@code Boolean}, {@code Date},
 *     {@code List}, {@code Map}, or {@link Unreadable#VALUE}
 * @param lines key path to line, for every key, section and array element: {@code
 *     table[0].bind[1].port}
 */
record TomlDocument(Map<String, Object> root, Map<String, Integer> lines) {
  /** Stands for a value that cannot be read, which has been reported already. */
  enum Unreadable {
    VALUE
  }

  /** Path of {@code key} within {@code parent}, which is empty for the root. */
  static String path(String parent, String key) {
    return parent.isEmpty() ? key : parent + "." + key;
  }

  int lineOf(String path) {
    return lines.getOrDefault(path, 0);
  }
}
