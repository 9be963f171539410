package io.lbdirector.cli;

/** A piece of text and how it is meant, which a terminal shows as a colour. */
record Cell(String text, Tone tone) {
  /** How a text is meant. */
  enum Tone {
    PLAIN(""),
    GOOD("\u001b[32m"),
    WARN("\u001b[33m"),
    BAD("\u001b[31m");

    private static final String RESET = "\u001b[0m";
    private final String start;

    Tone(String start) {
      this.start = start;
    }

    String paint(String text, boolean colour) {
      return !colour || start.isEmpty() ? text : start + text + RESET;
    }
  }

  Cell {
    text = clean(text);
  }

  static Cell of(String text) {
    return new Cell(text, Tone.PLAIN);
  }

  /** Text from elsewhere, without the control characters that could steer a terminal. */
  static String clean(String text) {
    StringBuilder clean = new StringBuilder(text);
    for (int i = 0; i < clean.length(); i++) {
      if (Character.isISOControl(clean.charAt(i))) {
        clean.setCharAt(i, '?');
      }
    }
    return clean.toString();
  }
}
