package io.lbdirector.bench.wire;

import io.lbdirector.bench.packet.BenchObjects;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;

/** {@code bench_wire.bpf.c}, loaded for one kind of frames: its programs, and what they counted. */
final class WireObject implements AutoCloseable {
  private static final int COUNTERS = 4;

  private final BpfProgram sender;
  private final BpfProgram sink;
  private final BpfProgram stub;
  private final BpfProgram pass;
  private final BpfMap counts;

  /** {@code enum wire_counter}. */
  enum Counter {
    SENT,
    GUE,
    PLAIN,
    OTHER
  }

  /**
   * @param ifindex of the interface that the sender sends to
   */
  WireObject(SynFrame frame, int ifindex) {
    try (BpfObject object = BenchObjects.open("bench_wire")) {
      object.setRodata(frame.settings(ifindex));
      object.load();
      sender = object.program("wire_send");
      sink = object.program("wire_sink");
      stub = object.program("wire_stub");
      pass = object.program("wire_pass");
      counts = object.map("wire_count");
    }
  }

  /** Makes frames; for {@link LiveFrames}. */
  BpfProgram sender() {
    return sender;
  }

  /** Counts frames as what they came in, and drops them. */
  BpfProgram sink() {
    return sink;
  }

  /** Sends every frame back. */
  BpfProgram stub() {
    return stub;
  }

  /** Passes every frame. */
  BpfProgram pass() {
    return pass;
  }

  long count(Counter counter) {
    return counts.sumPerCpu(0, COUNTERS)[counter.ordinal()];
  }

  @Override
  public void close() {
    counts.close();
    pass.close();
    stub.close();
    sink.close();
    sender.close();
  }
}
