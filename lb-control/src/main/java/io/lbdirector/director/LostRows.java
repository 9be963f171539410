package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Encapsulation;
import io.lbdirector.forwarding.Algorithm;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Why rows of a table lose their second chance, and how to change the table without that.
 *
 * <p>A backend that is added, or gets more weight, can go before the old primary of a row, which
 * then is one hop later. The old primary of a balanced row may have been the second in its order,
 * so one hop fewer is left for that.
 */
final class LostRows {
  private final DirectorConfig.Table table;
  private final Map<IpAddress, Integer> before;
  private final Map<IpAddress, Integer> after;

  private LostRows(DirectorConfig.Table table, List<Backend> poolBefore, List<Backend> poolAfter) {
    this.table = table;
    this.before = weights(poolBefore);
    this.after = weights(poolAfter);
  }

  /**
   * @param moves some of which are lost
   * @return a sentence each, at least one
   */
  static List<String> of(
      DirectorConfig.Table was,
      Pools poolsBefore,
      DirectorConfig.Table table,
      Pools poolsAfter,
      RowMoves moves) {
    if (table.encapsulation() == Encapsulation.IPIP) {
      String message =
          "table \"%s\": with encapsulation = \"ipip\" there is no second chance: connections of the"
              + " %d rows that move break";
      return List.of(message.formatted(table.name(), moves.lost()));
    }
    List<String> warnings = new ArrayList<>();
    warnings.add(
        "table \"%s\": second chance does not reach the old backend in %d of %d rows that move:"
                .formatted(table.name(), moves.lost(), moves.moved())
            + " connections there break");
    if (moves.lost() > moves.orphaned() && was.seed().equals(table.seed())) {
      LostRows rows = new LostRows(table, poolsBefore.of(was), poolsAfter.of(table));
      rows.adviseOnSteps(warnings);
      rows.adviseOnWeights(warnings);
    }
    return warnings;
  }

  /** Of the backends that can be in a row. */
  private static Map<IpAddress, Integer> weights(List<Backend> pool) {
    Map<IpAddress, Integer> weights = new HashMap<>();
    for (Backend backend : pool) {
      if (backend.state() != BackendState.INACTIVE) {
        weights.put(backend.address(), backend.weight());
      }
    }
    return weights;
  }

  private void adviseOnSteps(List<String> warnings) {
    long added = after.keySet().stream().filter(address -> !before.containsKey(address)).count();
    long raised = changed(1).size();
    int rescued = rescued(table.hops());
    if (added + raised > rescued) {
      String most = rescued == 0 ? "no backend can" : "at most " + rescued + " at once can";
      String change = raised == 0 ? "be added" : "be added or gain weight";
      warnings.add(
          "table \"%s\": with hops = %d %s %s without a loss, not %d: %s"
              .formatted(
                  table.name(),
                  table.hops(),
                  most,
                  change,
                  added + raised,
                  remedy(added + raised, rescued)));
    }
  }

  /** How many backends can go before the old primary of a row and leave it a hop. */
  private int rescued(int hops) {
    return Math.max(0, hops - (table.algorithm() == Algorithm.BALANCED ? 2 : 1));
  }

  private String remedy(long wanted, int rescued) {
    int hops = table.hops();
    while (hops < ForwardingTable.MAX_HOPS && rescued(hops) < wanted) {
      hops++;
    }
    String raise = "set hops = " + hops;
    if (rescued(hops) >= wanted) {
      return rescued == 0 ? raise : steps(rescued) + ", or " + raise;
    }
    if (rescued(hops) == rescued) {
      return steps(rescued);
    }
    return raise + " and " + steps(rescued(hops));
  }

  private static String steps(int size) {
    return "do it in steps of " + size + " and let connections end in between";
  }

  private void adviseOnWeights(List<String> warnings) {
    List<IpAddress> lowered = changed(-1);
    if (!lowered.isEmpty()) {
      warnings.add(
          "table \"%s\": the weight of %s is lowered, which no number of hops makes up for: drain it first"
              .formatted(
                  table.name(),
                  lowered.get(0)
                      + (lowered.size() > 1 ? " and " + (lowered.size() - 1) + " more" : "")));
    }
  }

  /**
   * @param sign 1: those with more weight than before; -1: with less
   */
  private List<IpAddress> changed(int sign) {
    return after.keySet().stream()
        .filter(before::containsKey)
        .filter(address -> Integer.compare(after.get(address), before.get(address)) == sign)
        .sorted()
        .toList();
  }
}
