package io.lbdirector.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/**
 * What a command has around it.
 *
 * @param out for results
 * @param err for everything else
 * @param terminal whether {@code out} is one
 */
record Console(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    boolean terminal,
    Pace pace) {

  Console(
      InputStream in,
      PrintStream out,
      PrintStream err,
      Map<String, String> environment,
      boolean terminal) {
    this(in, out, err, environment, terminal, Pace.REAL);
  }

  /**
   * @see <a href="https://no-color.org">no-color.org</a>
   */
  boolean colour() {
    return draws() && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }

  /** Whether what stands there can be written over. */
  boolean draws() {
    return terminal && !"dumb".equals(environment.get("TERM"));
  }
}
