package io.lbdirector.cli;

import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much fits on the terminal at the moment. */
record TerminalSize(int rows, int columns) {
  private static final TerminalSize USUAL = new TerminalSize(24, Screen.WIDTH);
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,3}");
  private static final Pattern STTY = Pattern.compile("([0-9]{1,4}) ([0-9]{1,4})\\s*");

  /** {@code LINES} and {@code COLUMNS} rule, as in other programs; else the terminal is asked. */
  static TerminalSize of(Console console) {
    Map<String, String> environment = console.environment();
    int rows = number(environment.get("LINES"));
    int columns = number(environment.get("COLUMNS"));
    TerminalSize asked = rows > 0 && columns > 0 || !console.draws() ? USUAL : ask();
    return new TerminalSize(rows > 0 ? rows : asked.rows, columns > 0 ? columns : asked.columns);
  }

  private static int number(String text) {
    return text != null && NUMBER.matcher(text).matches() ? Integer.parseInt(text) : 0;
  }

  private static TerminalSize ask() {
    try {
      Matcher size = STTY.matcher(Tty.stty("size"));
      if (size.matches()) {
        return new TerminalSize(
            orElse(size.group(1), USUAL.rows), orElse(size.group(2), USUAL.columns));
      }
    } catch (IOException e) {
      // No terminal that could be asked.
    }
    return USUAL;
  }

  private static int orElse(String text, int usual) {
    int number = Integer.parseInt(text);
    return number > 0 ? number : usual;
  }
}
