package io.lbdirector.bench.harness;

/** How much a suite does. */
public enum Effort {
  /** As much as a number to be quoted needs. */
  FULL,

  /** As little as shows that every run is valid: its numbers mean nothing. */
  SMOKE;

  /** {@code full} or {@code smoke}, whichever this is. */
  public int of(int full, int smoke) {
    return this == FULL ? full : smoke;
  }
}
