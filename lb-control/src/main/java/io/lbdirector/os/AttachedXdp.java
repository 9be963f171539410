package io.lbdirector.os;

import java.util.Locale;

/**
 * An XDP program on an interface, whoever put it there.
 *
 * @param programId the kernel's number of the program
 */
public record AttachedXdp(int ifindex, Mode mode, int programId) {

  /** Where it runs. */
  public enum Mode {
    NATIVE(5),
    GENERIC(6),
    OFFLOADED(7);

    /** {@code IFLA_XDP_DRV_PROG_ID}, {@code _SKB_} or {@code _HW_}. */
    private final int attribute;

    Mode(int attribute) {
      this.attribute = attribute;
    }

    int attribute() {
      return attribute;
    }

    /** As operators say it: {@code native}, {@code generic}, {@code offloaded}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
