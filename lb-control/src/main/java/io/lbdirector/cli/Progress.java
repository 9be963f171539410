package io.lbdirector.cli;

import java.time.Duration;

/**
 * What a command that waits says meanwhile: one line, written over, on a terminal; elsewhere a line
 * when something changes, and one a minute.
 */
final class Progress {
  private static final long REPEAT_NANOS = Duration.ofMinutes(1).toNanos();
  private static final String TO_START = "\r";
  private static final String ERASE_REST = "\u001b[K";

  private final Console console;
  private String said = "";
  private long saidNanos;

  Progress(Console console) {
    this.console = console;
  }

  /**
   * @param kind of news: another kind than before is a change
   */
  void say(String kind, String text) {
    String clean = Cell.clean(text);
    if (console.draws()) {
      String fits = clean.substring(0, Math.min(width(), clean.length()));
      console.out().print(TO_START + fits + ERASE_REST);
      console.out().flush();
    } else if (!kind.equals(said) || console.pace().nanos() - saidNanos >= REPEAT_NANOS) {
      new Screen(console).paragraph(clean);
      saidNanos = console.pace().nanos();
    }
    said = kind;
  }

  /** The last column stays free: a cursor behind it may stand on the next line. */
  private int width() {
    return Math.min(TerminalSize.of(console).columns(), Screen.WIDTH) - 1;
  }

  /** Makes room for what comes next. */
  void end() {
    if (console.draws() && !said.isEmpty()) {
      console.out().print(TO_START + ERASE_REST);
      console.out().flush();
    }
  }
}
