package io.lbdirector.bench.wire;

import java.util.function.LongSupplier;

/**
 * Where frames on their way are counted.
 *
 * @param name what counts, for the page
 * @param passed how many came so far, since whenever
 * @param lostBy what counts those that were lost between here and the next station; empty: none can
 *     be
 * @param lost how many of those so far
 */
record Station(String name, LongSupplier passed, String lostBy, LongSupplier lost) {
  /** One behind which nothing can be lost. */
  static Station lossless(String name, LongSupplier passed) {
    return new Station(name, passed, "", () -> 0);
  }
}
