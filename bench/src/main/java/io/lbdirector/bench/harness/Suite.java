package io.lbdirector.bench.harness;

import java.util.function.Consumer;

/** One thing that is measured, and reported on a page of its own. */
public interface Suite {
  /** As the command line and the names of result files have it. */
  String name();

  /**
   * Measures.
   *
   * @param progress takes a line for the person who waits
   * @throws VoidRunException if a check of the run's validity fails: no number of it counts
   */
  Report run(Effort effort, Consumer<String> progress);
}
