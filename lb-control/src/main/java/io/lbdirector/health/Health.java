package io.lbdirector.health;

/** What the checks found of a target. */
public enum Health {
  /** Not proven down; counts as up. */
  UNKNOWN,
  UP,
  DOWN
}
