package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.RowLayout;
import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Vip;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads what a data plane serves from its maps, the way a packet walks them: live generation, VIP
 * maps and wide binds, table slots, rows, server ids, backend indexes. For a daemon that takes over
 * from another.
 */
public final class LiveStateReader {
  private final DataPlane plane;
  private final Map<Integer, IpAddress> addresses;
  private final Map<IpAddress, Integer> indexes = new HashMap<>();

  private LiveStateReader(DataPlane plane) {
    this.plane = plane;
    this.addresses = plane.backends();
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
    Map<Vip, Target> vips = new HashMap<>();
    for (int family : DataPlane.families()) {
      vips.putAll(readVips(family, slot));
    }
    Map<Bind, Target> wide = WideMaps.read(plane, slot);
    Map<String, Integer> tables = readTables(vips, wide);
    Map<Map<Integer, IpAddress>, Integer> servers = ServerMaps.read(plane, slot, this::reach);
    addresses.forEach((index, address) -> indexes.putIfAbsent(address, index));
    return new LiveState(generation, plane.settings(slot), vips, wide, servers, indexes, tables);
  }

  private Map<Vip, Target> readVips(int family, int slot) {
    if (plane.vips(family).isEmpty(slot)) {
      return Map.of();
    }
    try (BpfMap map = plane.vips(family).openInner(slot)) {
      return DataPlaneSwap.readVips(map);
    }
  }

  private Map<String, Integer> readTables(Map<Vip, Target> vips, Map<Bind, Target> wide) {
    Set<Integer> slots =
        Stream.concat(vips.values().stream(), wide.values().stream())
            .map(Target::table)
            .collect(Collectors.toSet());
    Map<String, Integer> tables = new HashMap<>();
    for (int slot : new TreeSet<>(slots)) {
      tables.putIfAbsent(readDigest(slot), slot);
    }
    return tables;
  }

  private String readDigest(int slot) {
    try (BpfMap table = BpfMap.openPinned(plane.pins().table(slot))) {
      byte[] rows = DataPlaneSwap.read(table);
      return RowLayout.decode(rows, this::reach).digest();
    } catch (IllegalStateException e) {
      throw new IllegalStateException("table slot " + slot + ": " + e.getMessage(), e);
    }
  }

  /**
   * The address at an index that a live row or server id names; of an address that has two, that
   * one counts.
   */
  private Optional<IpAddress> reach(int index) {
    Optional<IpAddress> address = Optional.ofNullable(addresses.get(index));
    address.ifPresent(a -> indexes.put(a, index));
    return address;
  }
}
