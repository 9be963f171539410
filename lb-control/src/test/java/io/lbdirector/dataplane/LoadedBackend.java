package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.AddressLayout;
import io.lbdirector.abi.BackendConfigLayout;
import io.lbdirector.abi.Outcome;
import io.lbdirector.abi.PrefixLayout;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;

/**
 * A backend's program loaded into this kernel, attached to nothing, driven by test-run. It looks
 * for sockets in the network namespace of the thread that sends.
 */
final class LoadedBackend implements AutoCloseable {
  private static final byte[] PRESENT = Abi.key(1);

  private final Handles handles = new Handles();
  private final BpfProgram program;
  private final BpfMap outcomes;
  private final BpfMap seen;
  private final BpfMap allow;
  private final BpfMap vips;
  private final BpfMap config;
  private long[] counted;

  private LoadedBackend(int port) {
    BpfObject object = handles.own(BpfObjects.open("lb_backend", BpfObjects.backend(), port));
    object.load();
    program = handles.own(object.program("lb_backend"));
    outcomes = handles.own(object.map(Abi.OUTCOMES));
    seen = handles.own(object.map(Abi.VIPS_SEEN));
    allow = handles.own(object.map(Abi.ALLOW));
    vips = handles.own(object.map(Abi.VIP_LIST));
    config = handles.own(object.map(Abi.BACKEND_CONFIG));
    counted = count();
  }

  /** As the object is: it refuses everybody. */
  static LoadedBackend asLoaded() {
    return new LoadedBackend(Abi.GUE_PORT);
  }

  /** One that anybody may send to. */
  static LoadedBackend open() {
    return open(Abi.GUE_PORT);
  }

  static LoadedBackend open(int port) {
    LoadedBackend backend = new LoadedBackend(port);
    backend.allow(BackendProgram.Options.ANY);
    return backend;
  }

  void allow(Prefix senders) {
    allow.update(PrefixLayout.encode(senders), PRESENT);
  }

  void onlyFor(IpAddress... listed) {
    for (IpAddress vip : listed) {
      vips.update(AddressLayout.encode(vip), PRESENT);
    }
    config.update(Abi.key(0), BackendConfigLayout.encode(true));
  }

  /** What became of one packet: the outcome that counted it, and what came out. */
  record Sent(Outcome outcome, int action, byte[] packet) {}

  /**
   * @throws AssertionError unless exactly one outcome counted it, once and with all its bytes
   */
  Sent send(byte[] frame) {
    TestRun out = program.testRun(frame, 1);
    long[] now = count();
    Outcome found = null;
    for (Outcome outcome : Outcome.values()) {
      long packets = now[2 * outcome.ordinal()] - counted[2 * outcome.ordinal()];
      long bytes = now[2 * outcome.ordinal() + 1] - counted[2 * outcome.ordinal() + 1];
      if (packets == 0 && bytes == 0) {
        continue;
      }
      if (found != null || packets != 1 || bytes != frame.length) {
        throw new AssertionError(
            "%s counted %d packets, %d bytes of a frame of %d; %s counted too"
                .formatted(outcome, packets, bytes, frame.length, found));
      }
      found = outcome;
    }
    counted = now;
    if (found == null || found == Outcome.UNDECIDED) {
      throw new AssertionError("a packet was counted under " + found);
    }
    return new Sent(found, out.result(), out.packet());
  }

  private long[] count() {
    return outcomes.sumPerCpu(0, Outcome.values().length);
  }

  BackendStats stats() {
    return BackendStats.read(outcomes, seen);
  }

  @Override
  public void close() {
    handles.close();
  }
}
