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

  /** {@code struct bench_settings}. */
  private static final int SETTINGS_LENGTH = 40;

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
    object.setRodata(settings(traffic, contestant.growth()));
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

  private static byte[] settings(Traffic traffic, int growth) {
    ByteBuffer frame = ByteBuffer.wrap(traffic.frame()).order(ByteOrder.nativeOrder());
    return ByteBuffer.allocate(SETTINGS_LENGTH)
        .order(ByteOrder.nativeOrder())
        .putLong(frame.getLong(0)) // the Ethernet header, in stores of 8, 4 and 2 bytes
        .putInt(frame.getInt(8))
        .putShort(frame.getShort(12))
        .putShort((short) traffic.frame().length)
        .putInt(growth)
        .putInt(traffic.sourceAt())
        .putInt(Traffic.SOURCE_BASE)
        .putInt(traffic.flows() - 1)
        .putInt(frame.getInt(traffic.sourceAt() - Integer.BYTES))
        .putInt(0)
        .array();
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

  /** The frame behind as many bytes as the program would have put there. */
  private byte[] grownFrame() {
    byte[] frame = traffic.frame();
    byte[] grown = new byte[contestant.growth() + frame.length];
    System.arraycopy(frame, 0, grown, contestant.growth(), frame.length);
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
    requireEqual(what, "last packet behind its outer headers", lastSent(), inner(last.packet()));
    if (contestant.counter().isPresent()) {
      requireEqual(what, "packets that the program counted as expected", repeats, counted);
    }
  }

  /** The IP packet of the flow that came last, in hexadecimal digits. */
  private String lastSent() {
    byte[] frame = traffic.frameOf(state.getLong(FLOW) - 1);
    return HexFormat.of().formatHex(frame, Traffic.ETHERNET_LENGTH, frame.length);
  }

  private String inner(byte[] sent) {
    int from = Math.min(contestant.growth() + Traffic.ETHERNET_LENGTH, sent.length);
    return HexFormat.of().formatHex(sent, from, sent.length);
  }

  @Override
  public void close() {
    clock.close();
    state.close();
    slot.close();
    program.close();
  }
}
