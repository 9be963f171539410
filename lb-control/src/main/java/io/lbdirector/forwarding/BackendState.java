package io.lbdirector.forwarding;

/** What the operator wants of a backend in a table. Whether it is healthy is another matter. */
public enum BackendState {
  /** Takes new connections. */
  ACTIVE,
  /** Takes its share of new connections, growing towards {@link #ACTIVE}. */
  FILLING,
  /** Takes no new connections; stays next in line for those that it holds. */
  DRAINING,
  /** Not a candidate: in no row. */
  INACTIVE
}
