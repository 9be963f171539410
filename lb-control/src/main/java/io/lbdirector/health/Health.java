package io.lbdirector.health;

/** What the checks found of a backend. */
public enum Health {
  /** Nothing yet; counts as up. */
  UNKNOWN,
  UP,
  /** Proven down. */
  DOWN
}
