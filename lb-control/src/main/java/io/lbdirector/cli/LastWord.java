package io.lbdirector.cli;

/**
 * Has something done, and the exit code be another, if the command is ended from outside: by
 * Ctrl-C, a hang-up or {@code kill}.
 */
final class LastWord {
  private final Thread hook;

  private LastWord(Thread hook) {
    this.hook = hook;
  }

  /**
   * @param word on a thread of its own, while the command still runs
   */
  static LastWord of(Runnable word, int exitCode) {
    Thread hook =
        new Thread(
            () -> {
              word.run();
              Runtime.getRuntime().halt(exitCode);
            },
            "last-word");
    Runtime.getRuntime().addShutdownHook(hook);
    return new LastWord(hook);
  }

  /** The command ends by itself. */
  void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is being said.
    }
  }
}
