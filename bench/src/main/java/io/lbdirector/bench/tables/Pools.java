package io.lbdirector.bench.tables;

import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Backends as the runs have them: IPv4, active, told apart by their number. */
final class Pools {
  private static final int[] MIXED = {1, 2, 10};

  private Pools() {}

  /** Backends of one weight. */
  static List<Backend> equal(int backends, int weight) {
    return pool(backends, i -> weight);
  }

  /** Backends of weights 1, 2 and 10 by turns. */
  static List<Backend> mixed(int backends) {
    return pool(backends, i -> MIXED[i % MIXED.length]);
  }

  private static List<Backend> pool(int backends, IntUnaryOperator weights) {
    return IntStream.range(0, backends).mapToObj(i -> backend(i, weights.applyAsInt(i))).toList();
  }

  /**
   * @param number 0 to 62,499
   */
  static Backend backend(int number, int weight) {
    IpAddress address = IpAddress.parse("10.0." + number / 250 + "." + (1 + number % 250));
    return new Backend(address, BackendState.ACTIVE, OptionalInt.empty(), weight);
  }
}
