package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfMap;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * An outer map with an inner map for each generation's slot, and the empty one that stands in a
 * slot without. Inner maps are pinned as {@code FOLDER/SLOT} and {@code FOLDER/empty}.
 *
 * @param outer closed by the owner, as is {@code empty}
 */
record SlotMaps(Path folder, BpfMap outer, BpfMap empty) {
  private static final String EMPTY = "empty";

  /** Pins the empty map and puts it into all slots, of which none has a map yet. */
  static void install(Path folder, BpfMap outer, BpfMap empty) {
    PinFolder.pin(emptyPin(folder), empty::pin);
    Map<Integer, BpfMap> all = new HashMap<>();
    for (int slot = 0; slot < Abi.GENERATIONS; slot++) {
      all.put(slot, empty);
    }
    outer.updateInnerBatch(all);
  }

  /** Where {@link #install} pins the empty map. */
  static Path emptyPin(Path folder) {
    return folder.resolve(EMPTY);
  }

  /** Opens what {@link #install} has made. */
  static SlotMaps open(Path folder, BpfMap outer, Handles handles) {
    return new SlotMaps(folder, outer, handles.own(BpfMap.openPinned(emptyPin(folder))));
  }

  boolean isEmpty(int slot) {
    return outer.lookupInnerId(slot) == empty.id();
  }

  /** The map of a slot that is not empty; the caller closes it. */
  BpfMap openInner(int slot) {
    return BpfMap.openPinned(pin(slot));
  }

  /** First of two steps: a map is pinned before it is in the slot. */
  void pin(int slot, BpfMap inner) {
    PinFolder.pin(pin(slot), inner::pin);
  }

  /** Second step. */
  void put(int slot, BpfMap inner, InnerMapUpdates updates) {
    updates.put(outer, slot, inner);
  }

  /** First of two steps: the empty map is in the slot before the one that was there is unpinned. */
  void clear(int slot, InnerMapUpdates updates) {
    if (!isEmpty(slot)) {
      updates.put(outer, slot, empty);
    }
  }

  /** Second step. */
  void unpin(int slot) {
    BpfFs.unpin(pin(slot));
  }

  private Path pin(int slot) {
    return folder.resolve(Integer.toString(slot));
  }
}
