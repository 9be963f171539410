package io.lbdirector.forwarding;

/** How the rows of a table are chosen. */
public enum Algorithm {
  /** By each row's own order of backends: GLB director's table, as uneven as chance leaves it. */
  RENDEZVOUS,
  /** The same order, where the first two of a row change places if the first leads too many. */
  BALANCED
}
