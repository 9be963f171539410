package io.lbdirector.config;

/** A place in a text, which only moves forward, and the number of its line. */
final class TomlCursor {
  /** What {@link #peek} gives at the end; no text from {@link TomlText} contains it. */
  static final char END = '\0';

  private final String text;
  private int position;
  private int line = 1;

  TomlCursor(String text) {
    this.text = text;
  }

  int line() {
    return line;
  }

  int position() {
    return position;
  }

  boolean atEnd() {
    return position == text.length();
  }

  char peek() {
    return atEnd() ? END : text.charAt(position);
  }

  /** Whether a line, or the text, ends here. */
  boolean atLineEnd() {
    return atEnd() || peek() == '\n';
  }

  char next() {
    char c = text.charAt(position++);
    if (c == '\n') {
      line++;
    }
    return c;
  }

  /** Moves past {@code expected} if it comes next. */
  boolean take(String expected) {
    boolean there = text.startsWith(expected, position);
    for (int i = 0; there && i < expected.length(); i++) {
      next();
    }
    return there;
  }

  /** Moves past spaces and tabs. */
  void skipBlanks() {
    while (peek() == ' ' || peek() == '\t') {
      position++;
    }
  }

  /** Moves to the end of the line. */
  void skipLine() {
    while (!atLineEnd()) {
      position++;
    }
  }

  /** Moves past a comment, if one starts here. */
  void skipComment() {
    if (peek() == '#') {
      skipLine();
    }
  }

  /** Moves past blanks, comments and line ends. */
  void skipBlankLines() {
    skipBlanks();
    skipComment();
    while (peek() == '\n') {
      next();
      skipBlanks();
      skipComment();
    }
  }

  /** What stands from {@code start} to here. */
  String since(int start) {
    return text.substring(start, position);
  }
}
