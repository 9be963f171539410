package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.BackendLayout;
import io.lbdirector.abi.RowLayout;
import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Vip;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads what a data plane serves from its maps, the way a packet walks them: live generation, VIP
 * maps, table slots, rows, backend indexes. For a daemon that takes over from another.
 */
public final class LiveStateReader {
  private final DataPlane plane;
  private final Map<Integer, IpAddress> addresses = new HashMap<>();

  private LiveStateReader(DataPlane plane) {
    this.plane = plane;
  }

  /**
   * @return {@link LiveState#NONE} if no generation was published
   * @throws IllegalStateException if the maps contradict each other, saying where
   */
  public static LiveState read(DataPlane plane) {
    return plane.generation() == 0 ? LiveState.NONE : new LiveStateReader(plane).read();
  }

  private LiveState read() {
    long generation = plane.generation();
    int slot = Abi.slotOf(generation);
    readBackends();
    Map<Vip, Target> vips = new HashMap<>();
    for (int family : DataPlane.families()) {
      vips.putAll(readVips(family, slot));
    }
    return new LiveState(
        generation,
        plane.settings(slot),
        vips,
        addresses.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey, Math::min)),
        readTables(vips));
  }

  private void readBackends() {
    plane
        .map(Abi.BACKENDS)
        .forEach(
            (key, value) -> {
              int index = ByteBuffer.wrap(key).order(ByteOrder.nativeOrder()).getInt();
              BackendLayout.decode(value).ifPresent(address -> addresses.put(index, address));
            });
  }

  private Map<Vip, Target> readVips(int family, int slot) {
    if (plane.vips(family).lookupInnerId(slot) == plane.emptyVips(family).id()) {
      return Map.of();
    }
    try (BpfMap map = BpfMap.openPinned(plane.pins().vips(family, slot))) {
      return DataPlaneSwap.readVips(map);
    }
  }

  private Map<String, Integer> readTables(Map<Vip, Target> vips) {
    Set<Integer> slots = vips.values().stream().map(Target::table).collect(Collectors.toSet());
    Map<String, Integer> tables = new HashMap<>();
    for (int slot : new TreeSet<>(slots)) {
      tables.putIfAbsent(readDigest(slot), slot);
    }
    return tables;
  }

  private String readDigest(int slot) {
    try (BpfMap table = BpfMap.openPinned(plane.pins().table(slot))) {
      byte[] rows = DataPlaneSwap.read(table);
      return RowLayout.decode(rows, index -> Optional.ofNullable(addresses.get(index))).digest();
    } catch (IllegalStateException e) {
      throw new IllegalStateException("table slot " + slot + ": " + e.getMessage(), e);
    }
  }
}
