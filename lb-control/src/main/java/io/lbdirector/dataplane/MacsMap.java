package io.lbdirector.dataplane;

import io.lbdirector.abi.MacsLayout;
import io.lbdirector.abi.PortLayout;
import io.lbdirector.bpf.MappedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What packets that take the short way know of interfaces, beside {@code lb_ports}, which knows
 * all. Interfaces whose indexes end in the same bits share a place: the first to come has it.
 */
final class MacsMap {
  private static final int HEAD = Long.BYTES; // has the index, by which packets know the entry

  private final MappedMemory memory;
  private final Runnable gracePeriod;

  /**
   * @param memory of the map, not closed here
   * @param gracePeriod waits until every packet that has begun is through
   */
  MacsMap(MappedMemory memory, Runnable gracePeriod) {
    this.memory = memory;
    this.gracePeriod = gracePeriod;
  }

  /** Writes an interface's entry, of which there is none, if its gateway is known. */
  void put(int ifindex, PortLayout.Port port) {
    if (ifindex != 0 && holderOfPlace(ifindex) == 0) {
      MacsLayout.encode(ifindex, port)
          .ifPresent(entry -> write(MacsLayout.offsetOf(ifindex), entry));
    }
  }

  private void write(int offset, byte[] entry) {
    memory.putBytes(offset + HEAD, Arrays.copyOfRange(entry, HEAD, entry.length));
    memory.putLongRelease(offset, ByteBuffer.wrap(entry).order(ByteOrder.nativeOrder()).getLong(0));
  }

  /** Takes an interface's entry out; afterwards no packet uses it. */
  void remove(int ifindex) {
    if (ifindex != 0 && holderOfPlace(ifindex) == ifindex) {
      memory.putLongRelease(MacsLayout.offsetOf(ifindex), 0);
      gracePeriod.run();
    }
  }

  private int holderOfPlace(int ifindex) {
    byte[] entry = new byte[MacsLayout.LENGTH];
    memory.getBytes(MacsLayout.offsetOf(ifindex), entry);
    return MacsLayout.ifindex(entry);
  }
}
