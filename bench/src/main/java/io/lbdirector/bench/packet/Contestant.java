package io.lbdirector.bench.packet;

import io.lbdirector.bpf.BpfProgram;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A program that takes part in the rounds of a case.
 *
 * @param program not closed by whoever measures it
 * @param growth bytes that it puts in front of every packet of the case
 * @param action what it must return for each: 2 pass, 3 tx
 * @param counter how many packets it has itself counted under the verdict that each must get; empty
 *     if it counts none
 */
record Contestant(
    String name, BpfProgram program, int growth, int action, Optional<LongSupplier> counter) {
  static final int PASS = 2;
  static final int TX = 3;

  /** A program without counters of its own, that sends every packet out again. */
  static Contestant reference(String name, BpfProgram program, int growth) {
    return new Contestant(name, program, growth, TX, Optional.empty());
  }

  /** What it has counted so far; 0 if it counts nothing. */
  long counted() {
    return counter.map(LongSupplier::getAsLong).orElse(0L);
  }
}
