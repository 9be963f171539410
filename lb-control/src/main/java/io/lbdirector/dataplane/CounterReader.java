package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.AddressLayout;
import io.lbdirector.abi.CounterLayout;
import io.lbdirector.abi.NarrowLayout;
import io.lbdirector.abi.NarrowLayout.Narrow;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.forwarding.IpAddress;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
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
   * @param ids as in the VIP entries that lead to them
   */
  public Counts binds(Collection<Integer> ids) {
    return read(plane.map(Abi.VIP_STATS), ids);
  }

  /**
   * Packets sent to backends as first hop.
   *
   * @param indexes in lb_backends
   */
  public Counts backends(Collection<Integer> indexes) {
    return read(plane.map(Abi.BACKEND_STATS), indexes);
  }

  /** What routers have said of packets to backends, lately: the kernel forgets the oldest. */
  public Map<IpAddress, Narrow> narrow() {
    Map<IpAddress, Narrow> ways = new HashMap<>();
    plane
        .map(Abi.NARROW)
        .forEach((key, value) -> ways.put(AddressLayout.decode(key), NarrowLayout.decode(value)));
    return ways;
  }

  /** Counters as they stood at one moment. */
  public static final class Counts {
    private final int first;
    private final long[] sums;

    private Counts(int first, long[] sums) {
      this.first = first;
      this.sums = sums;
    }

    /**
     * @param number one of those that were asked for
     */
    public Count of(int number) {
      return count(sums, number - first);
    }
  }

  /** The kernel gives a range for the price of one counter, so all that lies between is read. */
  private static Counts read(BpfMap map, Collection<Integer> numbers) {
    if (numbers.isEmpty()) {
      return new Counts(0, new long[0]);
    }
    int first = Collections.min(numbers);
    return new Counts(first, map.sumPerCpu(first, Collections.max(numbers) - first + 1));
  }

  private static Count count(long[] sums, int place) {
    int at = place * CounterLayout.FIELDS;
    return new Count(sums[at], sums[at + 1]);
  }
}
