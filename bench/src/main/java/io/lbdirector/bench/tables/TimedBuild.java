package io.lbdirector.bench.tables;

import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.forwarding.ForwardingTable;
import java.util.function.Supplier;

/** One way to come to rows, timed; what comes of it is checked each time. */
final class TimedBuild {
  private final Supplier<ForwardingTable> build;
  private final String digest;

  /**
   * @param digest of the rows that it must give
   */
  TimedBuild(Supplier<ForwardingTable> build, String digest) {
    this.build = build;
    this.digest = digest;
  }

  /**
   * Builds once.
   *
   * @param series takes the sample
   * @throws VoidRunException if other rows come of it
   */
  void run(Series series, int round) {
    long start = System.nanoTime();
    ForwardingTable rows = build.get();
    series.add(round, System.nanoTime() - start);
    VoidRunException.requireEqual(series + " round " + round, "digest", digest, rows.digest());
  }
}
