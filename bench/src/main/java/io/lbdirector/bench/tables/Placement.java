package io.lbdirector.bench.tables;

import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which backends the rows of a table name, whoever made it.
 *
 * @param backends those that may be named
 * @param hopCount hops of every row, 1 or more
 * @param hops places in {@code backends}, row by row, primary first; not copied
 */
record Placement(List<IpAddress> backends, int hopCount, short[] hops) {
  static Placement of(ForwardingTable table) {
    int hopCount = table.hopCount();
    short[] hops = new short[ForwardingTable.ROWS * hopCount];
    for (int i = 0; i < hops.length; i++) {
      hops[i] = (short) table.hopIndex(i / hopCount, i % hopCount);
    }
    return new Placement(table.addresses(), hopCount, hops);
  }

  int rows() {
    return hops.length / hopCount;
  }

  IpAddress primary(int row) {
    return hop(row, 0);
  }

  /** Whether a backend is among the first {@code most} hops of a row. */
  boolean reaches(int row, IpAddress backend, int most) {
    for (int hop = 0; hop < Math.min(most, hopCount); hop++) {
      if (hop(row, hop).equals(backend)) {
        return true;
      }
    }
    return false;
  }

  private IpAddress hop(int row, int hop) {
    return backends.get(hops[row * hopCount + hop]);
  }

  /** How many rows each backend leads, those that lead none among them. */
  Map<IpAddress, Integer> loads() {
    int[] counts = new int[backends.size()];
    for (int row = 0; row < rows(); row++) {
      counts[hops[row * hopCount]]++;
    }
    Map<IpAddress, Integer> loads = new HashMap<>();
    for (int i = 0; i < counts.length; i++) {
      loads.put(backends.get(i), counts[i]);
    }
    return loads;
  }

  /** How far the busiest backend is above an even part of the rows: 0.02 is 2 %. */
  double busiest() {
    int most = loads().values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    return (double) most * backends.size() / rows() - 1;
  }
}
