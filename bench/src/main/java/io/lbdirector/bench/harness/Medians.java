package io.lbdirector.bench.harness;

import java.util.Arrays;
import java.util.Collection;

/** The middle of some numbers; the mean of the two middle ones if there is no single one. */
final class Medians {
  private Medians() {}

  /**
   * @param values at least one; not changed
   */
  static double of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  static double of(Collection<Double> values) {
    return of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
