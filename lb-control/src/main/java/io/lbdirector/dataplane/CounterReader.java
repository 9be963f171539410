package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.CounterLayout;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfMap;
import java.util.EnumMap;
import java.util.Map;

/** Reads a data plane's counters, summed over CPUs. They only grow while what they count lives. */
public final class CounterReader {
  private final DataPlane plane;

  /**
   * @param plane not closed by the reader
   */
  public CounterReader(DataPlane plane) {
    this.plane = plane;
  }

  /**
   * @param packets since the counter was given out
   * @param bytes of frames as received
   */
  public record Count(long packets, long bytes) {
    public Count plus(Count other) {
      return new Count(packets + other.packets, bytes + other.bytes);
    }
  }

  /** All verdicts; their sum is what came in. */
  public Map<Verdict, Count> verdicts() {
    long[] sums = plane.map(Abi.VERDICTS).sumPerCpu(0, Verdict.values().length);
    Map<Verdict, Count> counts = new EnumMap<>(Verdict.class);
    for (Verdict verdict : Verdict.values()) {
      counts.put(verdict, count(sums, verdict.ordinal()));
    }
    return counts;
  }

  /**
   * @param id as in the VIP entries that lead to it
   */
  public Count bind(int id) {
    return one(plane.map(Abi.VIP_STATS), id);
  }

  /** Packets sent to a backend as first hop; {@code index} is its index in lb_backends. */
  public Count backend(int index) {
    return one(plane.map(Abi.BACKEND_STATS), index);
  }

  private static Count one(BpfMap map, int index) {
    return count(map.sumPerCpu(index, 1), 0);
  }

  private static Count count(long[] sums, int place) {
    int at = place * CounterLayout.FIELDS;
    return new Count(sums[at], sums[at + 1]);
  }
}
