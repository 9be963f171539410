package io.lbdirector.cli;

/** What lbctl tells the shell. Wrong usage is 2, which picocli knows by itself. */
final class ExitCode {
  static final int DONE = 0;

  /** The message says why. Nothing has changed, but for a drain that was waited for in vain. */
  static final int REFUSED = 1;

  static final int UNREACHABLE = 3;

  private ExitCode() {}
}
