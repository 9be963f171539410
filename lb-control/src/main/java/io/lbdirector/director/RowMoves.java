package io.lbdirector.director;

import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * What a change of rows does to the connections of a table.
 *
 * @param moved rows whose primary is another backend than before
 * @param minimum how many have to move, whatever the rows are, for every backend to lead as many as
 *     it now does
 * @param rescued those of the moved whose old primary is still a hop: second chance finds it
 * @param lost those whose old primary is not
 * @param orphaned those of the lost whose old primary is no candidate any more
 */
record RowMoves(long moved, long minimum, long rescued, long lost, long orphaned) {
  private static final long ALL = ForwardingTable.ROWS;

  static final RowMoves NONE = new RowMoves(0, 0, 0, 0, 0);

  static RowMoves of(ForwardingTable before, ForwardingTable after) {
    if (before == after || before.hopCount() == 0 && after.hopCount() == 0) {
      return NONE;
    }
    if (before.hopCount() == 0) {
      return new RowMoves(ALL, ALL, 0, 0, 0); // nobody held a connection
    }
    if (after.hopCount() == 0) {
      return new RowMoves(ALL, ALL, 0, ALL, ALL);
    }
    int[] places = placesIn(after, before);
    long moved = 0;
    long rescued = 0;
    long orphaned = 0;
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      int old = places[before.hopIndex(row, 0)];
      if (after.hopIndex(row, 0) != old) {
        moved++;
        rescued += isLaterHop(after, row, old) ? 1 : 0;
        orphaned += old < 0 ? 1 : 0;
      }
    }
    return new RowMoves(moved, minimum(before, after, places), rescued, moved - rescued, orphaned);
  }

  /** What each backend leads less than before has to go to others. */
  private static long minimum(ForwardingTable before, ForwardingTable after, int[] places) {
    int[] led = before.primaryCounts();
    int[] leads = after.primaryCounts();
    long minimum = 0;
    for (int i = 0; i < led.length; i++) {
      minimum += Math.max(0, led[i] - (places[i] < 0 ? 0 : leads[places[i]]));
    }
    return minimum;
  }

  /** For each address of {@code before} its place in {@code after}; -1 if it has none there. */
  private static int[] placesIn(ForwardingTable after, ForwardingTable before) {
    Map<IpAddress, Integer> places = new HashMap<>();
    for (int i = 0; i < after.addresses().size(); i++) {
      places.put(after.addresses().get(i), i);
    }
    return before.addresses().stream().mapToInt(a -> places.getOrDefault(a, -1)).toArray();
  }

  private static boolean isLaterHop(ForwardingTable table, int row, int place) {
    for (int hop = 1; hop < table.hopCount(); hop++) {
      if (table.hopIndex(row, hop) == place) {
        return true;
      }
    }
    return false;
  }

  RowMoves plus(RowMoves other) {
    return new RowMoves(
        moved + other.moved,
        minimum + other.minimum,
        rescued + other.rescued,
        lost + other.lost,
        orphaned + other.orphaned);
  }
}
