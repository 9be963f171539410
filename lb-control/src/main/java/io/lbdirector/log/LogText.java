package io.lbdirector.log;

/** Text as it may stand in a log line, whoever chose it: nothing in it ends a line or a value. */
final class LogText {
  /** journald cuts lines at 48 KiB; escaped, a character may take six bytes. */
  private static final int MOST_CHARACTERS = 7_000;

  private LogText() {}

  /** Words of our own or a library's: nothing is quoted, control characters are escaped. */
  static void appendWords(StringBuilder line, String words) {
    appendEscaped(line, words, false);
  }

  /** A value: as it is, or in quotes if it is empty or has spaces, quotes, {@code =} or worse. */
  static void appendValue(StringBuilder line, String value) {
    if (isPlain(value)) {
      line.append(value);
      return;
    }
    line.append('"');
    appendEscaped(line, value, true);
    line.append('"');
  }

  private static boolean isPlain(String value) {
    return !value.isEmpty()
        && value.length() <= MOST_CHARACTERS
        && value.codePoints().noneMatch(LogText::needsQuotes);
  }

  private static boolean needsQuotes(int character) {
    return character == '"'
        || character == '\\'
        || character == '='
        || Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || isUnseen(character);
  }

  /** What ends a line, steers a terminal, turns text around, or is no character at all. */
  private static boolean isUnseen(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  private static void appendEscaped(StringBuilder line, String text, boolean quoted) {
    int end = Math.min(text.length(), MOST_CHARACTERS);
    text.substring(0, end).codePoints().forEach(c -> append(line, c, quoted));
    if (end < text.length()) {
      line.append("... (").append(text.length() - end).append(" more characters)");
    }
  }

  private static void append(StringBuilder line, int character, boolean quoted) {
    if (character == '\n') {
      line.append("\\n");
    } else if (quoted && (character == '"' || character == '\\')) {
      line.append('\\').appendCodePoint(character);
    } else if (isUnseen(character)) {
      for (char unit : Character.toChars(character)) {
        line.append("\\u%04x".formatted((int) unit));
      }
    } else {
      line.appendCodePoint(character);
    }
  }
}
