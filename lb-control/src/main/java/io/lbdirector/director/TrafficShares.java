package io.lbdirector.director;

import java.util.HashMap;
import java.util.Map;

/**
 * Each table's share of the packets of the last seconds.
 *
 * @param shares 0 to 1 by table; their sum is 1, or there are none
 */
record TrafficShares(Map<String, Double> shares) {

  /**
   * @param before packets of each table at some time
   * @param now and later; a counter that fell back was given out anew in between
   */
  static TrafficShares between(Map<String, Long> before, Map<String, Long> now) {
    Map<String, Double> packets = new HashMap<>();
    now.forEach(
        (table, count) -> {
          long since = count - before.getOrDefault(table, 0L);
          packets.put(table, (double) (since < 0 ? count : since));
        });
    double all = packets.values().stream().mapToDouble(Double::doubleValue).sum();
    if (all == 0) {
      return new TrafficShares(Map.of());
    }
    packets.replaceAll((table, count) -> count / all);
    return new TrafficShares(packets);
  }

  boolean known() {
    return !shares.isEmpty();
  }

  double of(String table) {
    return shares.getOrDefault(table, 0.0);
  }
}
