package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.CounterLayout;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.dataplane.CounterReader.Count;

/**
 * Sets counters to what those before them had come to. Only of a data plane that no packet reaches
 * yet: the program counts without locks.
 */
public final class CounterSeeds {
  private final DataPlane plane;

  /**
   * @param plane not attached yet
   */
  public CounterSeeds(DataPlane plane) {
    this.plane = plane;
  }

  public void verdict(Verdict verdict, Count count) {
    write(plane.map(Abi.VERDICTS), verdict.ordinal(), count);
  }

  /**
   * @param id as in the VIP entries
   */
  public void bind(int id, Count count) {
    write(plane.map(Abi.VIP_STATS), id, count);
  }

  /**
   * @param index in lb_backends
   */
  public void backend(int index, Count count) {
    write(plane.map(Abi.BACKEND_STATS), index, count);
  }

  private static void write(BpfMap map, int index, Count count) {
    map.updateFirstCpu(Abi.key(index), CounterLayout.encode(count.packets(), count.bytes()));
  }
}
