package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.MapType;
import io.lbdirector.dataplane.CounterReader.Count;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counters of a data plane that is to be replaced by one that cannot use its maps: of another
 * layout, or a broken one. In every layout a counter is one value per CPU, of 64-bit numbers of
 * which the first counts packets and the second, if there is one, bytes; values may be longer, and
 * maps smaller or larger. What an index stands for, whoever made the maps must know.
 */
public final class ReplacedCounters implements AutoCloseable {
  private final String layout;
  private final Map<String, BpfMap> maps;

  private ReplacedCounters(String layout, Map<String, BpfMap> maps) {
    this.layout = layout;
    this.maps = maps;
  }

  /**
   * Opens the counters of the tree that forwards, as far as they are pinned.
   *
   * @return empty if there is no tree
   */
  static Optional<ReplacedCounters> open(PinFolder pins) {
    List<Path> layouts = new ArrayList<>(pins.otherLayouts());
    layouts.sort(Comparator.comparingInt(PinFolder::layoutVersion).reversed());
    if (Files.exists(pins.layout())) {
      layouts.add(0, pins.layout());
    }
    return layouts.stream().findFirst().map(ReplacedCounters::open);
  }

  private static ReplacedCounters open(Path layout) {
    Map<String, BpfMap> maps = new HashMap<>();
    for (String name : List.of(Abi.VERDICTS, Abi.VIP_STATS, Abi.BACKEND_STATS)) {
      openCounters(layout.resolve(name)).ifPresent(map -> maps.put(name, map));
    }
    return new ReplacedCounters(layout.getFileName().toString(), maps);
  }

  private static Optional<BpfMap> openCounters(Path pin) {
    if (!Files.exists(pin)) {
      return Optional.empty();
    }
    try {
      BpfMap map = BpfMap.openPinned(pin);
      int words = map.spec().valueSize() / Long.BYTES;
      if (map.spec().type() == MapType.PERCPU_ARRAY
          && words > 0
          && words * Long.BYTES == map.spec().valueSize()) {
        return Optional.of(map);
      }
      map.close();
    } catch (BpfException | IllegalArgumentException e) {
      // no map, or none that counts: as if it were not there
    }
    return Optional.empty();
  }

  /** Name of the folder that the maps are pinned in. */
  public String layout() {
    return layout;
  }

  public Count verdict(int index) {
    return read(Abi.VERDICTS, index);
  }

  /**
   * @param id as in the VIP entries of that layout
   */
  public Count bind(int id) {
    return read(Abi.VIP_STATS, id);
  }

  /**
   * @param index in the backends of that layout
   */
  public Count backend(int index) {
    return read(Abi.BACKEND_STATS, index);
  }

  /** Nothing if there is no such counter. */
  private Count read(String name, int index) {
    BpfMap map = maps.get(name);
    if (map == null || index < 0 || index >= map.spec().maxEntries()) {
      return new Count(0, 0);
    }
    long[] sums = map.sumPerCpu(index, 1);
    return new Count(sums[0], sums.length > 1 ? sums[1] : 0);
  }

  @Override
  public void close() {
    maps.values().forEach(BpfMap::close);
    maps.clear();
  }
}
