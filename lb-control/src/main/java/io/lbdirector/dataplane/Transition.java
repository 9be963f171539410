package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Vip;
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
    Map<Vip, Target> vips = assignVips(desired, tables);
    LiveState wanted = new LiveState(0, desired.settings(), vips, backends, tables);
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

  private Map<Vip, Target> assignVips(DesiredState desired, Map<String, Integer> tables) {
    Map<Integer, Integer> liveEntries = new HashMap<>();
    live.vips()
        .forEach(
            (vip, target) -> liveEntries.merge(target.stats(), vip.isEcho() ? 0 : 1, Integer::sum));
    FreeNumbers free = new FreeNumbers("statistics id", Abi.MAX_VIP_STATS, liveEntries.keySet());
    Map<Vip, Target> vips = new HashMap<>();
    desired
        .entriesOfBinds()
        .forEach(
            (bind, entries) -> {
              DesiredState.Table table = desired.tableOf(bind);
              Target target =
                  new Target(
                      table.hashKey(),
                      table.hashFields(),
                      table.altHashFields(),
                      tables.get(table.rows().digest()),
                      statsOf(entries, liveEntries, free));
              statsOfBinds.put(desired.binds().get(bind), target.stats());
              entries.forEach(vip -> vips.put(vip, target));
            });
    return vips;
  }

  /**
   * The id that exactly these entries share in the live generation, or a new one. Echo does not
   * count: which of an address's binds has it depends on the others.
   */
  private int statsOf(List<Vip> entries, Map<Integer, Integer> liveEntries, FreeNumbers free) {
    Set<Integer> ids = new HashSet<>();
    List<Vip> own = entries.stream().filter(vip -> !vip.isEcho()).toList();
    for (Vip vip : own) {
      Target target = live.vips().get(vip);
      ids.add(target == null ? 0 : target.stats());
    }
    if (ids.size() == 1) {
      int id = ids.iterator().next();
      if (id != 0 && liveEntries.get(id) == own.size()) {
        return id;
      }
    }
    int taken = free.next();
    newStats.add(taken);
    return taken;
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
