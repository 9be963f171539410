package io.lbdirector.dataplane;

import io.lbdirector.abi.ServerLayout;
import io.lbdirector.abi.ServerLayout.Key;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The maps of server ids: writes that of the idle slot, reads that of the live one. A set of ids,
 * each with the address that has it, stands there under its number.
 */
final class ServerMaps {
  private final DataPlane plane;
  private final SwapStep.Observer observer;

  ServerMaps(DataPlane plane, SwapStep.Observer observer) {
    this.plane = plane;
    this.observer = observer;
  }

  /**
   * Writes sets to a slot that is idle and cleared.
   *
   * @param sets none of them empty
   * @param indexes in lb_backends, of all addresses in the sets
   * @param inners closes the map once {@code installs} are made
   */
  void write(
      int slot,
      Map<Map<Integer, IpAddress>, Integer> sets,
      Map<IpAddress, Integer> indexes,
      Handles inners,
      InnerMapUpdates installs) {
    if (sets.isEmpty()) {
      return; // the sweep has left the empty map in the idle slot
    }
    Map<ByteBuffer, ByteBuffer> entries = entries(sets, indexes);
    observer.before(SwapStep.CREATE_SERVERS);
    String name = "lb_servers_" + slot;
    BpfMap map = inners.own(BpfMap.create(DataPlane.serversSpec(name, entries.size())));
    observer.before(SwapStep.FILL_SERVERS);
    MapEntries.fill(map, entries);
    observer.before(SwapStep.READ_SERVERS_BACK);
    MapEntries.requireSame(entries, map, name);
    observer.before(SwapStep.PIN_SERVERS);
    plane.servers().pin(slot, map);
    plane.servers().put(slot, map, installs);
  }

  private static Map<ByteBuffer, ByteBuffer> entries(
      Map<Map<Integer, IpAddress>, Integer> sets, Map<IpAddress, Integer> indexes) {
    Map<ByteBuffer, ByteBuffer> entries = new HashMap<>();
    sets.forEach(
        (set, number) ->
            set.forEach(
                (id, address) ->
                    entries.put(
                        ByteBuffer.wrap(new Key(number, id).encode()),
                        ByteBuffer.wrap(ServerLayout.encode(indexes.get(address))))));
    return entries;
  }

  /**
   * The sets of a slot, each with its number.
   *
   * @param address the address at an index in lb_backends
   * @throws IllegalStateException if an id names an index without one
   */
  static Map<Map<Integer, IpAddress>, Integer> read(
      DataPlane plane, int slot, IntFunction<Optional<IpAddress>> address) {
    if (plane.servers().isEmpty(slot)) {
      return Map.of();
    }
    Map<Integer, Map<Integer, IpAddress>> byNumber = new HashMap<>();
    try (BpfMap map = plane.servers().openInner(slot)) {
      map.forEach(
          (bytes, value) -> {
            Key key = Key.decode(bytes);
            int index = ServerLayout.decode(value);
            byNumber
                .computeIfAbsent(key.servers(), number -> new HashMap<>())
                .put(key.serverId(), address.apply(index).orElseThrow(() -> noAddress(key, index)));
          });
    }
    Map<Map<Integer, IpAddress>, Integer> sets = new HashMap<>();
    byNumber.forEach((number, set) -> sets.put(set, number));
    return sets;
  }

  private static IllegalStateException noAddress(Key key, int index) {
    return new IllegalStateException(
        "server id " + key.serverId() + " names backend index " + index + ", which is empty");
  }
}
