package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.BackendLayout;
import io.lbdirector.abi.CounterLayout;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.RowLayout;
import io.lbdirector.abi.VipLayout;
import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.MappedMemory;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Vip;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes a data plane from one generation to the next, in three steps.
 *
 * <ol>
 *   <li>{@link #prepare}: everything that the next generation needs is written where nothing live
 *       looks, and read back.
 *   <li>{@link #publish}: one store. A packet sees the old generation or the new one, never some of
 *       each.
 *   <li>{@link #retire}: after a grace period, what the live generation does not reach is freed.
 * </ol>
 *
 * <p>Assumes that nobody else writes the maps, and that the transition starts from what is live. If
 * prepare fails, nothing that the live generation reaches has changed, and the idle slots are empty
 * again. A failed retire leaves the new generation live and whole. What could not be freed, by a
 * failure or by a daemon that died, is freed before anything is prepared again: one sweep does for
 * all, because what is to go is found by looking at what is there.
 *
 * <pre>{@code
 * LiveState live = swap.apply(Transition.of(live, desired));
 * }</pre>
 *
 * <p>Retire blocks for two RCU grace periods (tens of milliseconds): not for an event loop.
 */
public final class DataPlaneSwap {
  private final DataPlane plane;
  private final SwapStep.Observer observer;
  private final BindMap bindMap;
  private final WideMaps wideMaps;
  private final ServerMaps serverMaps;

  /** Indexes in lb_backends that may hold an address; found by reading once, then kept. */
  private final Set<Integer> backends = new HashSet<>();

  /** Those of the last generation, whose threads may still wait. */
  private InnerMapUpdates installs = new InnerMapUpdates();

  /** Whether nothing stands in the maps but what is live. Unknown at first, so no. */
  private boolean swept;

  /**
   * @param plane not closed by the swap
   */
  public DataPlaneSwap(DataPlane plane, SwapStep.Observer observer) {
    this.plane = plane;
    this.observer = observer;
    this.bindMap = new BindMap(plane, observer);
    this.wideMaps = new WideMaps(plane, observer);
    this.serverMaps = new ServerMaps(plane, observer);
    backends.addAll(plane.backends().keySet());
  }

  /**
   * Prepares, publishes and retires; of a transition that changes nothing, only the last.
   *
   * @return what is live now
   * @throws RuntimeException from prepare or publish, and then nothing has changed
   * @throws RetireException if only the clean-up failed; the new generation is live
   */
  public LiveState apply(Transition transition) {
    if (!transition.changesNothing()) {
      prepare(transition);
      publish(transition);
    }
    try {
      retire(transition);
    } catch (RuntimeException e) {
      throw new RetireException(transition.next(), e);
    }
    return transition.next();
  }

  /** The new generation is live, but something of the old one could not be freed yet. */
  public static final class RetireException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient LiveState live;

    RetireException(LiveState live, RuntimeException cause) {
      super(
          "generation "
              + live.generation()
              + " is live, but not all of the one before was freed"
              + " (the next swap tries again): "
              + cause.getMessage(),
          cause);
      this.live = live;
    }

    public LiveState live() {
      return live;
    }
  }

  /** Writes the next generation beside the live one. */
  void prepare(Transition transition) {
    sweep(transition.live());
    swept = false;
    try (Handles inners = new Handles()) {
      installs = new InnerMapUpdates();
      writeBackends(transition);
      zeroStats(transition);
      writeTables(transition, inners, installs);
      writeSlot(idleSlot(transition), transition.next(), inners, installs);
      observer.before(SwapStep.INSTALL);
      installs.install();
    } catch (RuntimeException | Error e) {
      Handles.suppress(e, () -> sweep(transition.live()));
      throw e;
    }
  }

  private static int idleSlot(Transition transition) {
    return Abi.slotOf(transition.next().generation());
  }

  private void writeBackends(Transition transition) {
    observer.before(SwapStep.WRITE_BACKENDS);
    BpfMap stats = plane.map(Abi.BACKEND_STATS);
    transition
        .newBackends()
        .forEach(
            (index, address) -> {
              backends.add(index);
              stats.updatePerCpu(Abi.key(index), CounterLayout.ZERO);
              plane.setBackend(index, BackendLayout.encode(address));
            });
  }

  private void zeroStats(Transition transition) {
    observer.before(SwapStep.ZERO_STATS);
    BpfMap stats = plane.map(Abi.VIP_STATS);
    transition.newStats().forEach(id -> stats.updatePerCpu(Abi.key(id), CounterLayout.ZERO));
  }

  private void writeTables(Transition transition, Handles inners, InnerMapUpdates installs) {
    Map<IpAddress, Integer> indexes = transition.next().backends();
    transition
        .newTables()
        .forEach(
            (slot, rows) -> {
              BpfMap table = writeTable(slot, RowLayout.encode(rows, indexes::get), inners);
              installs.put(plane.map(Abi.TABLES), slot, table);
            });
  }

  /** A new inner map that holds {@code rows}, frozen, read back and pinned. */
  private BpfMap writeTable(int slot, byte[] rows, Handles inners) {
    observer.before(SwapStep.CREATE_TABLE);
    BpfMap table = inners.own(BpfMap.create(DataPlane.tableSpec("lb_table")));
    observer.before(SwapStep.FILL_TABLE);
    try (MappedMemory memory = table.mmap(true)) {
      memory.putBytes(0, rows);
    }
    observer.before(SwapStep.FREEZE_TABLE);
    table.freeze();
    observer.before(SwapStep.READ_TABLE_BACK);
    if (!Arrays.equals(rows, read(table))) {
      throw new IllegalStateException("table slot " + slot + " does not read back as written");
    }
    observer.before(SwapStep.PIN_TABLE);
    PinFolder.pin(plane.pins().table(slot), table::pin);
    return table;
  }

  static byte[] read(BpfMap table) {
    byte[] rows = new byte[RowLayout.TABLE_LENGTH];
    try (MappedMemory memory = table.mmap(false)) {
      memory.getBytes(0, rows);
    }
    return rows;
  }

  /** All of a generation that stands in its slot. */
  private void writeSlot(int slot, LiveState next, Handles inners, InnerMapUpdates installs) {
    observer.before(SwapStep.WRITE_SETTINGS);
    plane.setSettings(slot, next.settings());
    for (int family : DataPlane.families()) {
      writeVips(family, slot, next.vips(), inners, installs);
    }
    bindMap.write(slot, next.vips(), next.settings());
    wideMaps.write(slot, next.wide(), next.vips(), inners, installs);
    serverMaps.write(slot, next.serverSets(), next.backends(), inners, installs);
  }

  private void writeVips(
      int family, int slot, Map<Vip, Target> vips, Handles inners, InnerMapUpdates installs) {
    Map<Vip, Target> entries = new HashMap<>();
    vips.forEach(
        (vip, target) -> {
          if (vip.address().isV4() == (family == Abi.FAMILY_IPV4)) {
            entries.put(vip, target);
          }
        });
    if (entries.isEmpty()) {
      return; // the sweep has left the empty map in the idle slot
    }
    observer.before(SwapStep.CREATE_VIPS);
    String name = "lb_vips" + family + "_" + slot;
    BpfMap map = inners.own(BpfMap.create(DataPlane.vipsSpec(family, name, entries.size())));
    observer.before(SwapStep.FILL_VIPS);
    fill(map, entries);
    observer.before(SwapStep.READ_VIPS_BACK);
    requireSame(entries, readVips(map), name);
    observer.before(SwapStep.PIN_VIPS);
    plane.vips(family).pin(slot, map);
    plane.vips(family).put(slot, map, installs);
  }

  private static void fill(BpfMap map, Map<Vip, Target> entries) {
    ByteBuffer keys = ByteBuffer.allocateDirect(entries.size() * map.info().keySize());
    ByteBuffer values = ByteBuffer.allocateDirect(entries.size() * VipLayout.LENGTH);
    entries.forEach(
        (vip, target) -> {
          keys.put(VipLayout.encodeKey(vip));
          values.put(target.encode());
        });
    map.updateBatch(keys.flip(), values.flip(), entries.size());
  }

  static Map<Vip, Target> readVips(BpfMap map) {
    Map<Vip, Target> entries = new HashMap<>();
    map.forEach((key, value) -> entries.put(VipLayout.decodeKey(key), Target.decode(value)));
    return entries;
  }

  private static void requireSame(Map<Vip, Target> wanted, Map<Vip, Target> found, String name) {
    if (!wanted.equals(found)) {
      throw new IllegalStateException(
          "map "
              + name
              + " does not read back as written: "
              + found.size()
              + " entries of "
              + wanted.size());
    }
  }

  /** Makes the prepared generation live. */
  void publish(Transition transition) {
    try {
      observer.before(SwapStep.PUBLISH);
    } catch (RuntimeException | Error e) {
      Handles.suppress(e, () -> sweep(transition.live()));
      throw e;
    }
    plane.setGeneration(transition.next().generation());
  }

  /** Frees what the generation before used, and the live one does not. */
  void retire(Transition transition) {
    sweep(transition.next());
  }

  /** Leaves nothing in the maps but what {@code live} reaches; nothing to do if that is so. */
  private void sweep(LiveState live) {
    if (swept) {
      return;
    }
    observer.before(SwapStep.SWEEP);
    plane.awaitGracePeriod();
    installs.await();
    int idle = Abi.slotOf(live.generation() + 1);
    List<Integer> idleTables = idleTables(Set.copyOf(live.tables().values()));
    InnerMapUpdates empties = new InnerMapUpdates();
    clear(idle, empties);
    idleTables.forEach(slot -> empties.put(plane.map(Abi.TABLES), slot, plane.emptyTable()));
    empties.install();
    empties.await();
    plane.slotMaps().forEach(maps -> maps.unpin(idle));
    idleTables.forEach(slot -> BpfFs.unpin(plane.pins().table(slot)));
    clearBackends(live.backends().values());
    swept = true;
  }

  private void clear(int slot, InnerMapUpdates empties) {
    plane.slotMaps().forEach(maps -> maps.clear(slot, empties));
    bindMap.clear(slot);
    wideMaps.clear(slot);
    plane.setSettings(slot, Settings.NONE);
  }

  /** Slots of tables that are not live and have a map of their own. */
  private List<Integer> idleTables(Set<Integer> live) {
    return plane.pins().tableSlots().stream()
        .filter(slot -> slot != Abi.EMPTY_TABLE && !live.contains(slot))
        .toList();
  }

  private void clearBackends(Collection<Integer> live) {
    Set<Integer> gone = new HashSet<>(backends);
    gone.removeAll(new HashSet<>(live));
    for (int index : gone) {
      plane.setBackend(index, BackendLayout.encodeNone());
      backends.remove(index);
    }
  }
}
