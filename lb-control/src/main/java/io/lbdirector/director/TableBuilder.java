package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.RowOrder;
import io.lbdirector.forwarding.SipKey;
import io.lbdirector.forwarding.TableRows;
import io.lbdirector.forwarding.TableRules;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Builds the rows of a config's tables. Keeps what the live ones were made of, so that the next
 * change takes milliseconds, and as much of one more build: of the last plan, which a reload often
 * follows, or of what was live before, which a rollback returns to. Confined to one thread, but for
 * tables that have to be built: those are, side by side.
 *
 * <p>Of a table with other rows than all others that is its rows, 128 KiB a hop, and their order, 1
 * MiB. Orders only while there is room: a table for which there is none is ordered from nothing
 * each time. So are the rows of that one more build.
 */
final class TableBuilder {
  /** Tables at a time: orders for which there is no room are there together for so long. */
  private static final int TOGETHER = 16;

  private final long roomForOrders;
  private final long roomForOther;
  private Build live = new Build(0);
  private Build other = new Build(0);
  private Build last = live;

  /** All that decides the rows of a table. The order of backends does not. */
  private record Inputs(TableRules rules, Set<Backend> backends, Set<IpAddress> unfit) {}

  /** All that decides the order of a table's candidates. */
  private record OrderInputs(SipKey seed, Map<IpAddress, Integer> weights) {
    static OrderInputs of(DirectorConfig.Table table, List<Backend> pool) {
      Map<IpAddress, Integer> weights = new HashMap<>();
      for (Backend backend : pool) {
        if (backend.state() != BackendState.INACTIVE) {
          weights.put(backend.address(), backend.weight());
        }
      }
      return new OrderInputs(table.seed(), weights);
    }
  }

  /** A table of the config, and what decides its rows. */
  private record Wanted(
      String name, SipKey seed, List<Backend> pool, Inputs inputs, OrderInputs orderInputs) {
    static Wanted of(
        DirectorConfig.Table table, List<Backend> pool, Map<String, TableVerdict> verdicts) {
      Set<IpAddress> unfit = verdicts.getOrDefault(table.name(), TableVerdict.UNCHECKED).unfit();
      return new Wanted(
          table.name(),
          table.seed(),
          pool,
          new Inputs(table.rules(), new HashSet<>(pool), unfit),
          OrderInputs.of(table, pool));
    }
  }

  /** What was built for a table. */
  private record Made(ForwardingTable rows, RowOrder order) {}

  /** What one build gave. */
  private static final class Build {
    final Map<Inputs, ForwardingTable> rows = new HashMap<>();
    final Map<OrderInputs, RowOrder> orders = new HashMap<>();
    final Map<String, OrderInputs> tables = new HashMap<>();
    private long room;

    /**
     * @param room bytes for orders that are not kept anyway
     */
    Build(long room) {
      this.room = room;
    }

    void keep(OrderInputs inputs, RowOrder order, boolean isKeptAnyway) {
      if (!orders.containsKey(inputs) && (isKeptAnyway || order.sizeBytes() <= room)) {
        room -= isKeptAnyway ? 0 : order.sizeBytes();
        orders.put(inputs, order);
      }
    }

    /** What its rows take of memory that those of another build do not. */
    long sizeOfRowsBeside(Build kept) {
      return rows.entrySet().stream()
          .filter(each -> each.getValue() != kept.rows.get(each.getKey()))
          .mapToLong(each -> each.getValue().sizeBytes())
          .sum();
    }

    long sizeOfOrders() {
      return orders.values().stream().mapToLong(RowOrder::sizeBytes).sum();
    }
  }

  /** Lets orders have an eighth of the heap, and rows that are not live another. */
  TableBuilder() {
    this(Runtime.getRuntime().maxMemory() / 8, Runtime.getRuntime().maxMemory() / 8);
  }

  /**
   * @param roomForOrders bytes
   * @param roomForOther bytes; for rows of the one more build that is kept
   */
  TableBuilder(long roomForOrders, long roomForOther) {
    this.roomForOrders = roomForOrders;
    this.roomForOther = roomForOther;
  }

  /**
   * The rows of every table of {@code config}, by the table's name.
   *
   * @param verdicts of the tables that have checks, by name
   */
  Map<String, ForwardingTable> build(
      DirectorConfig config, Pools pools, Map<String, TableVerdict> verdicts) {
    last = live; // lets go of one that was too large to keep
    Build now = new Build(roomForOrders - live.sizeOfOrders());
    Map<String, ForwardingTable> rows = new HashMap<>();
    List<DirectorConfig.Table> tables = config.tables();
    for (int from = 0; from < tables.size(); from += TOGETHER) {
      List<Wanted> some =
          tables.subList(from, Math.min(from + TOGETHER, tables.size())).stream()
              .map(table -> Wanted.of(table, pools.of(table), verdicts))
              .toList();
      Map<Inputs, Made> made = make(missing(some, now), now);
      some.forEach(table -> rows.put(table.name(), take(now, table, made.get(table.inputs()))));
    }
    if (!now.rows.equals(live.rows)) {
      other = now;
    }
    last = now;
    dropOtherIfLarge();
    return rows;
  }

  /** Its rows would be there three times at the next build: live, before, and to come. */
  private void dropOtherIfLarge() {
    if (other.sizeOfRowsBeside(live) > roomForOther) {
      other = new Build(0);
    }
  }

  /** Tells that the rows of the last build are live. */
  void wentLive() {
    if (!last.rows.equals(live.rows)) {
      other = live;
    }
    live = last;
    dropOtherIfLarge();
  }

  /** One of each that is nowhere yet. */
  private List<Wanted> missing(List<Wanted> tables, Build now) {
    Map<Inputs, Wanted> missing = new LinkedHashMap<>();
    for (Wanted table : tables) {
      if (find(table.inputs(), now) == null) {
        missing.putIfAbsent(table.inputs(), table);
      }
    }
    return List.copyOf(missing.values());
  }

  /** Side by side: what is kept is only read meanwhile. */
  private Map<Inputs, Made> make(List<Wanted> tables, Build now) {
    return tables.parallelStream()
        .collect(Collectors.toConcurrentMap(Wanted::inputs, table -> make(table, now)));
  }

  private Made make(Wanted table, Build now) {
    RowOrder kept = find(table.orderInputs(), now);
    RowOrder order = kept == null ? order(table) : kept;
    Set<IpAddress> unfit = table.inputs().unfit();
    ForwardingTable rows =
        TableRows.build(
            table.inputs().rules(), order, table.pool(), b -> !unfit.contains(b.address()));
    rows.digest(); // worked out here, not on the thread that owns the truth
    rows.primaryCounts();
    return new Made(rows, order);
  }

  /**
   * @param made null for a table that is there already
   */
  private ForwardingTable take(Build now, Wanted table, Made made) {
    Inputs inputs = table.inputs();
    ForwardingTable rows = made == null ? find(inputs, now) : made.rows();
    RowOrder order = made == null ? find(table.orderInputs(), now) : made.order();
    now.tables.put(table.name(), table.orderInputs());
    now.rows.put(inputs, rows);
    if (order != null) {
      now.keep(table.orderInputs(), order, live.orders.containsKey(table.orderInputs()));
    }
    return rows;
  }

  private ForwardingTable find(Inputs inputs, Build now) {
    ForwardingTable rows = now.rows.getOrDefault(inputs, live.rows.get(inputs));
    return rows == null ? other.rows.get(inputs) : rows;
  }

  private RowOrder find(OrderInputs inputs, Build now) {
    RowOrder order = now.orders.getOrDefault(inputs, live.orders.get(inputs));
    return order == null ? other.orders.get(inputs) : order;
  }

  /** A new order, from that of the live table of the same name if there is one. */
  private RowOrder order(Wanted table) {
    OrderInputs before = live.tables.get(table.name());
    RowOrder kept = before == null ? null : live.orders.get(before);
    return kept != null && before.seed().equals(table.seed())
        ? kept.changedTo(table.pool())
        : RowOrder.of(table.seed(), table.pool());
  }
}
