package io.lbdirector.bench.packet;

import static io.lbdirector.bench.harness.VoidRunException.requireEqual;

import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.MappedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * An instance of {@code bench_driver.bpf.c} with one program in its slot: runs that program on
 * packet after packet, and says how long a batch of packets took, the driver's own work included.
 * Not for several threads at once.
 */
final class Driver implements AutoCloseable {
  /** Packets between two looks at the clock: {@code BENCH_BATCH}. */
  static final int BATCH = 16_384;

  /** Looks at the clock that there is room for: {@code BENCH_STAMPS}. */
  private static final int STAMPS = 4096;

  // struct bench_state
  private static final int REPEATS = 0;
  private static final int RESTORED = 8;
  private static final int FLOW = 16;

  private final String what;
  private final Traffic traffic;
  private final Contestant contestant;
  private final BpfProgram program;
  private final BpfMap slot;
  private final MappedMemory state;
  private final MappedMemory clock;

  /**
   * @param what case and contestant, for messages
   * @param object loaded, the program in its slot; all that is needed of it is taken here
   */
  private Driver(String what, Traffic traffic, Contestant contestant, BpfObject object) {
    this.what = what;
    this.traffic = traffic;
    this.contestant = contestant;
    this.program = object.program("bench_driver");
    this.slot = object.map("bench_slot");
    this.state = map(object, "bench_state", true);
    this.clock = map(object, "bench_clock", false);
  }

  /** A program of others may have been loaded for frames of one buffer: then the driver is, too. */
  static Driver load(String what, Traffic traffic, Contestant contestant) {
    try (BpfObject object = BenchObjects.open("bench_driver")) {
      return load(what, traffic, contestant, object);
    } catch (BpfException e) {
      try (BpfObject object = BenchObjects.openPlain("bench_driver")) {
        return load(what, traffic, contestant, object);
      } catch (BpfException second) {
        second.addSuppressed(e);
        throw second;
      }
    }
  }

  private static Driver load(
      String what, Traffic traffic, Contestant contestant, BpfObject object) {
    object.setRodata(DriverSettings.encode(traffic, contestant.growth()));
    object.load();
    try (BpfMap slot = object.map("bench_slot")) {
      slot.update(hostInt(0), hostInt(contestant.program().fd()));
    }
    return new Driver(what, traffic, contestant, object);
  }

  private static MappedMemory map(BpfObject object, String name, boolean writable) {
    try (BpfMap map = object.map(name)) {
      return map.mmap(writable);
    }
  }

  private static byte[] hostInt(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  /**
   * Runs the program on {@code batches * BATCH + 1} packets.
   *
   * @param batches 1 to 4,095
   * @return nanoseconds of each batch
   * @throws io.lbdirector.bench.harness.VoidRunException unless every packet was found whole, and
   *     treated as it must be
   */
  long[] run(int batches) {
    if (batches >= STAMPS) {
      throw new IllegalArgumentException(batches + " batches, above " + (STAMPS - 1));
    }
    int repeats = batches * BATCH + 1; // the last one stamps the end of the last batch
    long counted = contestant.counted();
    state.putLong(REPEATS, 0);
    state.putLong(RESTORED, 0);
    TestRun last = program.testRun(grownFrame(), repeats);
    requireValid(repeats, last, contestant.counted() - counted);
    long[] nanos = new long[batches];
    for (int i = 0; i < batches; i++) {
      nanos[i] = stamp(i + 1) - stamp(i);
    }
    return nanos;
  }

  /** As the program would leave it: behind more bytes, or without its first ones. */
  private byte[] grownFrame() {
    byte[] frame = traffic.frame();
    byte[] grown = new byte[contestant.growth() + frame.length];
    int kept = Math.min(grown.length, frame.length);
    System.arraycopy(frame, frame.length - kept, grown, grown.length - kept, kept);
    return grown;
  }

  private long stamp(int index) {
    return clock.getLong((long) index * Long.BYTES);
  }

  private void requireValid(long repeats, TestRun last, long counted) {
    requireEqual(what, "number of repeats", repeats, state.getLong(REPEATS));
    requireEqual(
        what,
        "number of packets found grown by exactly " + contestant.growth() + " bytes",
        repeats,
        state.getLong(RESTORED));
    requireEqual(what, "action for the last packet", contestant.action(), last.result());
    requireEqual(
        what, "what the last packet held", lastSent(), inner(last.packet(), contestant.growth()));
    if (contestant.counter().isPresent()) {
      requireEqual(what, "packets that the program counted as expected", repeats, counted);
    }
  }

  /** The inner packet of the flow that came last, in hexadecimal digits. */
  private String lastSent() {
    return inner(traffic.frameOf(state.getLong(FLOW) - 1), 0);
  }

  private String inner(byte[] frame, int growth) {
    int from = Math.max(0, Math.min(traffic.innerAt() + growth, frame.length));
    return HexFormat.of().formatHex(frame, from, frame.length);
  }

  @Override
  public void close() {
    clock.close();
    state.close();
    slot.close();
    program.close();
  }
}
