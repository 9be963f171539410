package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.AddressLayout;
import io.lbdirector.abi.CounterLayout;
import io.lbdirector.abi.Outcome;
import io.lbdirector.abi.VipOutcomesLayout;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.forwarding.IpAddress;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a backend's program has counted since it was attached first.
 *
 * @param total every outcome that there is; their sum is what came in
 * @param vips the same for each VIP that a packet came for, in the order of addresses. The address
 *     {@code ::} has what was dropped before its VIP was known or because of it, and control
 *     messages. Packets that went by are in none.
 */
public record BackendStats(
    Map<Outcome, Count> total, SortedMap<IpAddress, Map<Outcome, Count>> vips) {
  public BackendStats {
    total = Collections.unmodifiableMap(new EnumMap<>(total));
    vips = Collections.unmodifiableSortedMap(new TreeMap<>(vips));
  }

  /** Reads the maps that are pinned in {@code folder}. */
  static BackendStats read(Path folder) {
    try (BpfMap outcomes = BpfMap.openPinned(folder.resolve(Abi.OUTCOMES));
        BpfMap seen = BpfMap.openPinned(folder.resolve(Abi.VIPS_SEEN))) {
      return read(outcomes, seen);
    }
  }

  static BackendStats read(BpfMap outcomes, BpfMap seen) {
    SortedMap<IpAddress, Map<Outcome, Count>> vips = new TreeMap<>();
    seen.forEach(
        (vip, counters) ->
            vips.put(AddressLayout.decode(vip), counts(VipOutcomesLayout.decode(counters))));
    return new BackendStats(counts(outcomes.sumPerCpu(0, Outcome.values().length)), vips);
  }

  private static Map<Outcome, Count> counts(long[] numbers) {
    Map<Outcome, Count> counts = new EnumMap<>(Outcome.class);
    for (Outcome outcome : Outcome.values()) {
      int at = outcome.ordinal() * CounterLayout.FIELDS;
      if (outcome != Outcome.UNDECIDED) {
        counts.put(outcome, new Count(numbers[at], numbers[at + 1]));
      }
    }
    return counts;
  }
}
