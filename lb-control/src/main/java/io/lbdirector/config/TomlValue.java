package io.lbdirector.config;

import com.moandjiezana.toml.Toml;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a single value means. Short texts without an escape and small numbers, nearly all of a large
 * file, mean what stands there; all else is read by the TOML library, and then checked to be what
 * stands there: the library makes a parser for each value.
 */
final class TomlValue {
  private static final String KEY = "v";
  private static final Pattern PLAIN_TEXT = Pattern.compile("\"[^\"\\\\\n]*\"");
  private static final Pattern PLAIN_NUMBER = Pattern.compile("0|[1-9][0-9]{0,8}");

  private TomlValue() {}

  /**
   * @param text a value that {@link TomlSyntax} has passed
   * @param path key path of the value
   * @param parts what {@link TomlSyntax#value} found in it
   * @throws TomlException if the library refuses the value, or reads other parts
   */
  static Object decode(String text, String path, Map<String, Integer> parts) throws TomlException {
    if (PLAIN_TEXT.matcher(text).matches()) {
      return text.substring(1, text.length() - 1);
    }
    if (PLAIN_NUMBER.matcher(text).matches()) {
      return Long.valueOf(text);
    }
    return readByLibrary(text, path, parts);
  }

  static Object readByLibrary(String text, String path, Map<String, Integer> parts)
      throws TomlException {
    Object value = read(text, path, parts.get(path));
    requireSameParts(value, path, parts);
    return value;
  }

  private static Object read(String text, String path, int line) throws TomlException {
    Map<String, Object> values;
    try {
      values = new Toml().read(KEY + " = " + text).toMap();
    } catch (RuntimeException | StackOverflowError e) {
      // Not repeated: the library's message quotes the value, which may be a secret.
      throw new TomlException(
          line,
          path,
          TomlSyntax.name(path)
              + " cannot be read; an array holds values of one type,"
              + " and text ending in a backslash goes into single quotes");
    }
    if (!values.keySet().equals(Set.of(KEY))) {
      throw misread(path, line);
    }
    return values.get(KEY);
  }

  /**
   * Compares the two readings of a value, both ways.
   *
   * @throws TomlException naming a part that only one of them has
   */
  static void requireSameParts(Object value, String path, Map<String, Integer> parts)
      throws TomlException {
    Set<String> seen = new HashSet<>();
    collectParts(value, path, seen);
    for (String part : parts.keySet()) {
      if (!seen.remove(part)) {
        throw misread(part, parts.get(part));
      }
    }
    if (!seen.isEmpty()) {
      throw misread(seen.iterator().next(), parts.get(path));
    }
  }

  private static void collectParts(Object value, String path, Set<String> seen) {
    seen.add(path);
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        collectParts(list.get(i), path + "[" + i + "]", seen);
      }
    } else if (value instanceof Map<?, ?> map) {
      map.forEach((key, part) -> collectParts(part, path + "." + key, seen));
    }
  }

  private static TomlException misread(String path, int line) {
    return new TomlException(
        line, path, TomlSyntax.name(path) + " is not read as it stands; write it more simply");
  }
}
