package io.lbdirector.director;

import io.lbdirector.forwarding.IpAddress;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;

/**
 * Where packets can leave to, as the kernel has it.
 *
 * @param settings that this is the answer to
 * @param links index of every Ethernet interface of the namespace
 * @param hops all next hops on the way to the backends, in a fixed order
 * @param unrouted backends that no route leads to
 */
public record EgressState(
    EgressSettings settings, Set<Integer> links, List<Hop> hops, SortedSet<IpAddress> unrouted) {

  /** What the kernel makes of a next hop. */
  public enum Standing {
    /** Its MAC is known: packets go there. */
    KNOWN,
    /** It was asked for, and may answer yet. */
    ASKED,
    /** It has not answered, or cannot be asked: packets to it are dropped. */
    SILENT
  }

  /**
   * One next hop.
   *
   * @param backends how many backends packets reach by it
   */
  public record Hop(IpAddress address, String interfaceName, Standing standing, int backends) {
    public boolean is(Standing other) {
      return standing == other;
    }
  }

  /** Whether nothing is left to wait for. */
  public boolean isSettled() {
    return hops.stream().noneMatch(hop -> hop.is(Standing.ASKED));
  }

  public boolean anyKnown() {
    return hops.stream().anyMatch(hop -> hop.is(Standing.KNOWN));
  }
}
