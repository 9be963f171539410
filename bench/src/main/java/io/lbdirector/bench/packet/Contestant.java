package io.lbdirector.bench.packet;

import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.BpfProgram.TestRun;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A program that takes part in the rounds of a case.
 *
 * @param program not closed by whoever measures it
 * @param growth bytes that it puts in front of every packet of the case; negative: takes off
 * @param action what it must return for each: 1 drop, 2 pass, 3 tx
 * @param counter how many packets it has itself counted as what each must be counted as; empty if
 *     it counts none
 */
record Contestant(
    String name, BpfProgram program, int growth, int action, Optional<LongSupplier> counter) {
  static final int DROP = 1;
  static final int PASS = 2;
  static final int TX = 3;

  /** Sends every packet out again as it is. */
  static Contestant stub(BpfProgram program) {
    return new Contestant("stub", program, 0, TX, Optional.empty());
  }

  /** The least that meets a case's packets as they must be. */
  static Contestant floor(BpfProgram program, Treatment treatment) {
    return new Contestant(
        "floor", program, treatment.growth(), treatment.action(), Optional.empty());
  }

  /** A program of others: what it does with the first packet it must do with all. */
  static Contestant other(String name, BpfProgram program, Traffic traffic) {
    byte[] frame = traffic.frameOf(0);
    TestRun first = program.testRun(frame, 1);
    int growth = first.packet().length - frame.length;
    return new Contestant(name, program, growth, first.result(), Optional.empty());
  }

  /** Whether it returns what it must, and lengthens or shortens packets where it must. */
  boolean meets(Treatment treatment) {
    return action == treatment.action()
        && Integer.signum(growth) == Integer.signum(treatment.growth());
  }

  /** What it has counted so far; 0 if it counts nothing. */
  long counted() {
    return counter.map(LongSupplier::getAsLong).orElse(0L);
  }
}
