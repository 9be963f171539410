package io.lbdirector.bench.packet;

import io.lbdirector.bpf.BpfProgram;
import java.util.function.Supplier;

/** The product's program that a case is about, loaded and configured for it. */
interface Subject extends AutoCloseable {
  String name();

  /** Closed with this. */
  BpfProgram program();

  /** Packets that it has counted so far as what the case's must be counted as. */
  long counted();

  /** Runs {@code measurement} where the program finds what it asks the kernel for. */
  <T> T inPlace(Supplier<T> measurement);

  @Override
  void close();
}
