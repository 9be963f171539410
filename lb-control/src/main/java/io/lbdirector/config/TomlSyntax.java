package io.lbdirector.config;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The grammar of TOML 0.4 keys and values, without their meaning: finds where a value ends and on
 * which line each part of it stands, and refuses what the lenient parser behind it would take, drop
 * or misread. Key names must be bare, as all of ours are.
 */
final class TomlSyntax {
  /** Deepest nesting of arrays and inline tables; no key of ours needs more than two. */
  private static final int MAX_DEPTH = 16;

  /** Most parts of one value: the library copies the rest of the value for each of its parts. */
  private static final int MAX_PARTS = 2048;

  private static final Pattern INTEGER = Pattern.compile("[+-]?(0|[1-9](_?[0-9])*)");
  private static final Pattern FLOAT =
      Pattern.compile("[+-]?(0|[1-9](_?[0-9])*)(\\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?");
  private static final Pattern DATE =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)");
  private static final BigInteger MAX_INTEGER = BigInteger.valueOf(Long.MAX_VALUE);
  private static final BigInteger MIN_INTEGER = BigInteger.valueOf(Long.MIN_VALUE);

  private final TomlCursor in;
  private Map<String, Integer> lines = new LinkedHashMap<>();
  private int depth;

  TomlSyntax(TomlCursor in) {
    this.in = in;
  }

  /** Moves past one key name and returns it; {@code path} is that of what it belongs to. */
  String key(String path) throws TomlException {
    if (in.peek() == '"' || in.peek() == '\'') {
      throw error(path, "a key name is in quotes; write it without, no key here needs them");
    }
    int start = in.position();
    while (isKeyCharacter(in.peek())) {
      in.next();
    }
    String key = in.since(start);
    if (key.isEmpty()) {
      throw error(path, "expected a key name; a line is key = value, [section] or # comment");
    }
    return key;
  }

  private static boolean isKeyCharacter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || isJoiner(c);
  }

  private static boolean isJoiner(char c) {
    return c == '_' || c == '-';
  }

  /**
   * Moves past one value.
   *
   * @param path key path of the value, {@code table[0].port}
   * @return path to line of the value and of everything within, in the order of the file
   */
  Map<String, Integer> value(String path) throws TomlException {
    lines = new LinkedHashMap<>();
    depth = 0;
    nestedValue(path);
    return lines;
  }

  private void nestedValue(String path) throws TomlException {
    if (++depth > MAX_DEPTH) {
      throw error(path, "arrays are nested deeper than " + MAX_DEPTH + "; no key needs that");
    }
    lines.put(path, in.line());
    if (lines.size() > MAX_PARTS) {
      throw error(path, "one value has over " + MAX_PARTS + " parts; write [[sections]] instead");
    }
    switch (in.peek()) {
      case '"', '\'' -> string(path);
      case '[' -> array(path);
      case '{' -> inlineTable(path);
      default -> bare(path);
    }
    depth--;
  }

  private void string(String path) throws TomlException {
    String quote = in.peek() == '"' ? "\"" : "'";
    boolean multiLine = in.take(quote.repeat(3));
    String end = multiLine ? quote.repeat(3) : quote;
    if (!multiLine) {
      in.next();
    }
    while (!in.take(end)) {
      if (in.atEnd() || !multiLine && in.atLineEnd()) {
        throw notClosed(path, end);
      }
      if (in.next() == '\\' && quote.equals("\"")) {
        escape(path, multiLine);
      }
    }
  }

  private void escape(String path, boolean multiLine) throws TomlException {
    char c = in.peek();
    boolean lineEnding = multiLine && (c == '\n' || c == ' ' || c == '\t');
    if (!lineEnding && "btnfr\"\\u".indexOf(c) < 0) {
      throw error(
          path, name(path) + " has a bad escape after \\; a backslash itself is written \\\\");
    }
    in.next();
    for (int i = 0; c == 'u' && i < 4; i++) {
      if (Character.digit(in.peek(), 16) < 0) {
        throw error(path, name(path) + " has \\u without four hexadecimal digits after it");
      }
      in.next();
    }
  }

  private void array(String path) throws TomlException {
    in.next();
    in.skipBlankLines();
    for (int i = 0; !in.take("]"); i++) {
      rejectEnd(path, "]");
      nestedValue(path + "[" + i + "]");
      in.skipBlankLines();
      if (!in.take(",") && in.peek() != ']') {
        rejectEnd(path, "]");
        throw error(path, name(path) + " has no comma between two values");
      }
      in.skipBlankLines();
    }
  }

  private void inlineTable(String path) throws TomlException {
    in.next();
    in.skipBlanks();
    boolean more = !in.take("}");
    while (more) {
      keyAndValue(path);
      in.skipBlanks();
      more = !in.take("}");
      if (more && !in.take(",")) {
        rejectEnd(path, "}");
        throw error(path, name(path) + " has no comma between two keys of an inline table");
      }
      in.skipBlanks();
    }
  }

  private void keyAndValue(String path) throws TomlException {
    String child = path + "." + key(path);
    in.skipBlanks();
    if (!in.take("=")) {
      throw error(child, name(child) + " has no = after it");
    }
    in.skipBlanks();
    if (lines.containsKey(child)) {
      throw error(child, name(child) + " is set twice in one inline table; remove one");
    }
    nestedValue(child);
  }

  private void rejectEnd(String path, String closing) throws TomlException {
    if (in.atEnd() || closing.equals("}") && in.atLineEnd()) {
      throw notClosed(path, closing);
    }
  }

  private void bare(String path) throws TomlException {
    int start = in.position();
    while (!in.atLineEnd() && " \t,]}#".indexOf(in.peek()) < 0) {
      in.next();
    }
    String token = in.since(start);
    if (token.isEmpty()) {
      throw error(path, name(path) + " has no value; give it one, or remove the line");
    }
    if (INTEGER.matcher(token).matches()) {
      rejectHuge(path, token);
    } else if (!isOtherBareValue(token)) {
      throw notAValue(path, token);
    }
  }

  private void rejectHuge(String path, String token) throws TomlException {
    BigInteger value = new BigInteger(token.replace("_", ""));
    if (value.compareTo(MAX_INTEGER) > 0 || value.compareTo(MIN_INTEGER) < 0) {
      throw error(
          path, name(path) + " is a number beyond 64 bits; text of digits needs quotes around it");
    }
  }

  private static boolean isOtherBareValue(String token) {
    return token.equals("true")
        || token.equals("false")
        || FLOAT.matcher(token).matches()
        || DATE.matcher(token).matches();
  }

  private TomlException notAValue(String path, String token) {
    String name = name(path);
    if (Secrets.isSecret(name)) {
      return error(path, name + " is not a TOML value; text needs quotes around it");
    }
    String shown = Values.show(token);
    String text = name + " = " + token + " is not a TOML value; ";
    return token.startsWith("0") && token.chars().allMatch(Character::isDigit)
        ? error(path, text + "write the number without leading zeros")
        : error(path, text + "text needs quotes: " + name + " = " + shown);
  }

  /** The value is open to the end, so the line where it starts is the one to look at. */
  private TomlException notClosed(String path, String closing) {
    return new TomlException(lines.get(path), path, name(path) + " has no closing " + closing);
  }

  /** Last name of a path: {@code port} of {@code table[0].port}. */
  static String name(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  private TomlException error(String path, String message) {
    return new TomlException(in.line(), path, message);
  }
}
