package io.lbdirector.health;

import java.util.function.Consumer;

/** The way to check one target. Lives on the event loop, and never waits there. */
interface Probe extends AutoCloseable {

  /**
   * Begins a check. At most one runs at a time.
   *
   * @param done told on the event loop, once, unless the run is cancelled before; perhaps before
   *     this returns
   */
  Run start(Consumer<Result> done);

  /** The target is checked no more, and no run is left. */
  @Override
  void close();

  /** One check under way. */
  interface Run {
    /** In place of one that did not begin. */
    Run NONE =
        new Run() {
          @Override
          public void cancel() {}

          @Override
          public String silence(String timeout) {
            return "no answer in " + timeout;
          }
        };

    /** Ends it, without a result. */
    void cancel();

    /** What is missing after {@code timeout}, in words: "no answer in 1 s". */
    String silence(String timeout);
  }
}
