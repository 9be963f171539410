package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Vip;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The way from the live generation to the next: which slots, indexes and ids stay, which are given
 * out anew, which become free. A pure function of what is live and what is wanted; {@link
 * DataPlaneSwap} carries it out.
 *
 * <p>A backend keeps its index and a bind its statistics id for as long as they are served; rows
 * that are live already keep their slot. New numbers are never taken from those that the live
 * generation reaches.
 */
public final class Transition {
  private final LiveState live;
  private final LiveState next;
  private final boolean changesNothing;
  private final Map<Integer, ForwardingTable> newTables = new LinkedHashMap<>();
  private final Map<Integer, IpAddress> newBackends = new LinkedHashMap<>();
  private final Set<Integer> newStats = new HashSet<>();
  private final Map<Bind, Integer> statsOfBinds = new LinkedHashMap<>();

  private Transition(LiveState live, DesiredState desired) {
    this.live = live;
    Map<IpAddress, Integer> backends = assignBackends(desired);
    Map<String, Integer> tables = assignTables(desired);
    Map<Map<Integer, IpAddress>, Integer> serverSets = assignServerSets(desired);
    List<Target> targets = assignTargets(desired, tables, serverSets);
    LiveState wanted =
        new LiveState(
            0,
            desired.settings(),
            exact(desired, targets),
            wide(desired, targets),
            serverSets,
            backends,
            tables);
    this.changesNothing = live.generation() != 0 && live.serves(wanted);
    this.next = wanted.withGeneration(live.generation() + (changesNothing ? 0 : 1));
  }

  /** Plans the way from {@code live} to {@code desired}. */
  public static Transition of(LiveState live, DesiredState desired) {
    return new Transition(live, desired);
  }

  private Map<IpAddress, Integer> assignBackends(DesiredState desired) {
    FreeNumbers free = new FreeNumbers("backend index", Abi.MAX_BACKENDS, live.backends().values());
    Map<IpAddress, Integer> backends = new HashMap<>();
    for (DesiredState.Table table : desired.tables()) {
      for (IpAddress address : table.backends()) {
        backends.computeIfAbsent(address, a -> keepOrTake(a, free));
      }
    }
    return backends;
  }

  private int keepOrTake(IpAddress address, FreeNumbers free) {
    Integer kept = live.backends().get(address);
    if (kept != null) {
      return kept;
    }
    int taken = free.next();
    newBackends.put(taken, address);
    return taken;
  }

  private Map<String, Integer> assignTables(DesiredState desired) {
    FreeNumbers free = new FreeNumbers("table slot", Abi.TABLE_SLOTS, live.tables().values());
    Map<String, Integer> tables = new HashMap<>();
    for (DesiredState.Table table : desired.tables()) {
      tables.computeIfAbsent(table.rows().digest(), d -> keepOrTake(d, table.rows(), free));
    }
    return tables;
  }

  private int keepOrTake(String digest, ForwardingTable rows, FreeNumbers free) {
    Integer kept = live.tables().get(digest);
    if (kept != null) {
      return kept;
    }
    int taken = free.next();
    newTables.put(taken, rows);
    return taken;
  }

  private Map<Map<Integer, IpAddress>, Integer> assignServerSets(DesiredState desired) {
    FreeNumbers free =
        new FreeNumbers("set of server ids", Abi.TABLE_SLOTS, live.serverSets().values());
    Map<Map<Integer, IpAddress>, Integer> sets = new HashMap<>();
    for (DesiredState.Table table : desired.tables()) {
      if (table.quic().isInUse()) {
        sets.computeIfAbsent(table.quic().servers(), s -> keepOrTake(s, free));
      }
    }
    return sets;
  }

  private int keepOrTake(Map<Integer, IpAddress> set, FreeNumbers free) {
    Integer kept = live.serverSets().get(set);
    return kept == null ? free.next() : kept;
  }

  /** What every bind leads to, by its place. */
  private List<Target> assignTargets(
      DesiredState desired,
      Map<String, Integer> tables,
      Map<Map<Integer, IpAddress>, Integer> serverSets) {
    Map<Bind, Integer> liveIds = liveIds();
    FreeNumbers free = new FreeNumbers("statistics id", Abi.MAX_VIP_STATS, liveIds.values());
    List<Target> targets = new ArrayList<>();
    for (Bind bind : desired.binds()) {
      DesiredState.Table table = desired.tableOf(targets.size());
      int stats = liveIds.containsKey(bind) ? liveIds.get(bind) : takeStats(free);
      statsOfBinds.put(bind, stats);
      targets.add(
          new Target(
              table.hashKey(),
              table.hashFields(),
              table.altHashFields(),
              tables.get(table.rows().digest()),
              stats,
              table.ipip(),
              table.quic().binds().contains(bind)
                  ? serverSets.getOrDefault(table.quic().servers(), 0)
                  : 0));
    }
    return targets;
  }

  /** Statistics id of every bind that is live. An entry without a port has that of one of them. */
  private Map<Bind, Integer> liveIds() {
    Map<Bind, Integer> ids = new HashMap<>();
    live.wide().forEach((bind, target) -> ids.put(bind, target.stats()));
    live.vips()
        .forEach(
            (vip, target) -> {
              if (!vip.isPortless()) {
                ids.put(Bind.exact(vip), target.stats());
              }
            });
    return ids;
  }

  private int takeStats(FreeNumbers free) {
    int taken = free.next();
    newStats.add(taken);
    return taken;
  }

  private static Map<Vip, Target> exact(DesiredState desired, List<Target> targets) {
    Map<Vip, Target> vips = new HashMap<>();
    desired.exactEntries().forEach((vip, bind) -> vips.put(vip, targets.get(bind)));
    return vips;
  }

  private static Map<Bind, Target> wide(DesiredState desired, List<Target> targets) {
    Map<Bind, Target> wide = new LinkedHashMap<>();
    for (int i = 0; i < targets.size(); i++) {
      if (!desired.binds().get(i).isExact()) {
        wide.put(desired.binds().get(i), targets.get(i));
      }
    }
    return wide;
  }

  /** Whether what is wanted is what is live, so that there is nothing to publish. */
  public boolean changesNothing() {
    return changesNothing;
  }

  LiveState live() {
    return live;
  }

  /** What will be live: under the next generation number, or under the same if nothing changes. */
  public LiveState next() {
    return next;
  }

  /** Slot and rows of every table that is to be written. */
  public Map<Integer, ForwardingTable> newTables() {
    return newTables;
  }

  /** Index and address of every backend that is to be written. */
  Map<Integer, IpAddress> newBackends() {
    return newBackends;
  }

  /** Statistics ids that are given out anew. */
  Set<Integer> newStats() {
    return newStats;
  }

  /** Statistics id of every bind in the next generation, in the order of the file. */
  public Map<Bind, Integer> statsOfBinds() {
    return statsOfBinds;
  }
}
