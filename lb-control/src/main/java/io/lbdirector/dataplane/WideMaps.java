package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.SpanLayout;
import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.abi.WideBindLayout;
import io.lbdirector.abi.WideBitsLayout;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.MappedMemory;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.Vip;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The maps of wide binds: writes those of the idle slot, reads those of the live one.
 *
 * <p>What is left in the idle part of {@code lb_spans} and {@code lb_wide_binds} means nothing: no
 * prefix leads there, and the slot's settings say that it has no wide binds.
 */
final class WideMaps {
  private final DataPlane plane;
  private final SwapStep.Observer observer;

  WideMaps(DataPlane plane, SwapStep.Observer observer) {
    this.plane = plane;
    this.observer = observer;
  }

  /**
   * Writes wide binds to a slot that is idle and cleared.
   *
   * @param exact the exact entries beside them
   * @param inners closes maps once {@code installs} are made
   */
  void write(
      int slot,
      Map<Bind, Target> wide,
      Map<Vip, Target> exact,
      Handles inners,
      InnerMapUpdates installs) {
    if (wide.isEmpty()) {
      return; // the sweep has left the empty maps in the idle slot
    }
    observer.before(SwapStep.WRITE_WIDE);
    WideImage image = new WideImage(slot, wide, exact);
    writeArray(Abi.SPANS, (long) SpanLayout.firstOf(slot) * SpanLayout.LENGTH, image.spans());
    writeArray(
        Abi.WIDE_BINDS, (long) WideBindLayout.firstOf(slot) * WideBindLayout.LENGTH, image.binds());
    writeArray(Abi.WIDE_BITS, (long) slot * WideBitsLayout.LENGTH, image.bits());
    for (int family : DataPlane.families()) {
      writeNets(family, slot, image.nets(family), inners, installs);
    }
    plane.setWideCount(slot, wide.size());
  }

  private void writeArray(String name, long offset, byte[] bytes) {
    try (MappedMemory memory = plane.map(name).mmap(true)) {
      memory.putBytes(offset, bytes);
    }
    observer.before(SwapStep.READ_WIDE_BACK);
    if (!Arrays.equals(bytes, readArray(name, offset, bytes.length))) {
      throw new IllegalStateException("map " + name + " does not read back as written");
    }
  }

  private byte[] readArray(String name, long offset, int length) {
    byte[] bytes = new byte[length];
    try (MappedMemory memory = plane.map(name).mmap(false)) {
      memory.getBytes(offset, bytes);
    }
    return bytes;
  }

  private void writeNets(
      int family,
      int slot,
      Map<ByteBuffer, ByteBuffer> nets,
      Handles inners,
      InnerMapUpdates installs) {
    if (nets.isEmpty()) {
      return;
    }
    observer.before(SwapStep.CREATE_NETS);
    String name = "lb_nets" + family + "_" + slot;
    BpfMap map = inners.own(BpfMap.create(DataPlane.netsSpec(family, name, nets.size())));
    observer.before(SwapStep.FILL_NETS);
    MapEntries.fill(map, nets);
    observer.before(SwapStep.READ_NETS_BACK);
    MapEntries.requireSame(nets, map, name);
    observer.before(SwapStep.PIN_NETS);
    plane.nets(family).pin(slot, map);
    plane.nets(family).put(slot, map, installs);
  }

  /** Makes a slot idle, but for its tries: nothing leads to wide binds. */
  void clear(int slot) {
    try (MappedMemory memory = plane.map(Abi.WIDE_BITS).mmap(true)) {
      memory.clear((long) slot * WideBitsLayout.LENGTH, WideBitsLayout.LENGTH);
    }
    plane.setWideCount(slot, 0);
  }

  /** The wide binds of a slot, in the order in which they were written. */
  static Map<Bind, Target> read(DataPlane plane, int slot) {
    byte[] entry = new byte[WideBindLayout.LENGTH];
    long first = (long) WideBindLayout.firstOf(slot) * entry.length;
    Map<Bind, Target> wide = new LinkedHashMap<>();
    try (MappedMemory memory = plane.map(Abi.WIDE_BINDS).mmap(false)) {
      for (int i = 0; i < plane.wideCount(slot); i++) {
        memory.getBytes(first + (long) i * entry.length, entry);
        wide.put(WideBindLayout.decodeBind(entry), WideBindLayout.decodeTarget(entry));
      }
    }
    return wide;
  }
}
