package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import java.util.Locale;
import java.util.Optional;

/**
 * An entry of the kernel's ARP or neighbour discovery cache.
 *
 * @param mac empty while the kernel knows none (incomplete, failed), or if it is not Ethernet's
 */
public record NeighbourInfo(int ifindex, IpAddress address, State state, Optional<MacAddress> mac) {

  /** How sure the kernel is of it; the NUD_ states of include/uapi/linux/neighbour.h. */
  public enum State {
    NONE(0),
    INCOMPLETE(0x01),
    REACHABLE(0x02),
    STALE(0x04),
    DELAY(0x08),
    PROBE(0x10),
    FAILED(0x20),
    NOARP(0x40),
    PERMANENT(0x80);

    private final int bit;

    State(int bit) {
      this.bit = bit;
    }

    /** {@link #NONE} for anything that is not exactly one known state. */
    static State ofBits(int bits) {
      for (State state : values()) {
        if (state.bit == bits) {
          return state;
        }
      }
      return NONE;
    }

    /** As {@code ip neighbour} shows it, in lower case. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
