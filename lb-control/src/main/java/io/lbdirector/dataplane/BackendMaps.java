package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.AddressLayout;
import io.lbdirector.abi.BackendConfigLayout;
import io.lbdirector.abi.PrefixLayout;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.BpfObject;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The maps of one backend program. Those that an earlier program left pinned are used again, so
 * that counters go on; one that has another shape by now is left to the earlier program.
 */
final class BackendMaps implements AutoCloseable {
  static final List<String> NAMES =
      List.of(Abi.OUTCOMES, Abi.ALLOW, Abi.VIP_LIST, Abi.BACKEND_CONFIG, Abi.VIPS_SEEN);

  private static final byte[] PRESENT = Abi.key(1);

  private final Path folder;
  private final Handles handles = new Handles();
  private final Map<String, BpfMap> maps = new HashMap<>();
  private final Set<String> fresh = new HashSet<>();

  private BackendMaps(Path folder) {
    this.folder = folder;
  }

  /** Loads {@code object} with the maps that are pinned in {@code folder}, or with maps anew. */
  static BackendMaps load(BpfObject object, Path folder) {
    BackendMaps maps = new BackendMaps(folder);
    try {
      NAMES.forEach(name -> maps.reuse(object, name));
      object.load();
      NAMES.forEach(name -> maps.maps.put(name, maps.handles.own(object.map(name))));
      return maps;
    } catch (RuntimeException e) {
      maps.handles.closeAfter(e);
      throw e;
    }
  }

  private void reuse(BpfObject object, String name) {
    Path pin = folder.resolve(name);
    fresh.add(name);
    if (!Files.exists(pin)) {
      return;
    }
    try (BpfMap pinned = BpfMap.openPinned(pin)) {
      if (pinned.info().differencesFrom(object.declaredSpec(name)).isEmpty()) {
        object.reuse(name, pinned);
        fresh.remove(name);
      }
    }
  }

  /**
   * Lets in all that {@code options} let in, and for now also what was let in before: whoever is in
   * both is never refused in between.
   */
  void widen(BackendProgram.Options options) {
    options.allowFrom().forEach(p -> map(Abi.ALLOW).update(PrefixLayout.encode(p), PRESENT));
    options.vips().forEach(vip -> map(Abi.VIP_LIST).update(AddressLayout.encode(vip), PRESENT));
    map(Abi.BACKEND_CONFIG)
        .update(Abi.key(0), BackendConfigLayout.encode(!options.vips().isEmpty()));
  }

  /** Removes what {@code options} do not name. */
  void narrow(BackendProgram.Options options) {
    keep(map(Abi.ALLOW), options.allowFrom().stream().map(PrefixLayout::encode).toList());
    keep(map(Abi.VIP_LIST), options.vips().stream().map(AddressLayout::encode).toList());
  }

  private static void keep(BpfMap map, Collection<byte[]> wanted) {
    Set<ByteBuffer> kept = new HashSet<>();
    wanted.forEach(key -> kept.add(ByteBuffer.wrap(key)));
    List<byte[]> others = new ArrayList<>();
    map.forEach(
        (key, value) -> {
          if (!kept.contains(ByteBuffer.wrap(key))) {
            others.add(key);
          }
        });
    others.forEach(map::delete);
  }

  /** Pins those maps that are not pinned yet. */
  void pin() {
    fresh.forEach(name -> PinFolder.pin(folder.resolve(name), map(name)::pin));
  }

  private BpfMap map(String name) {
    return maps.get(name);
  }

  @Override
  public void close() {
    handles.close();
  }
}
