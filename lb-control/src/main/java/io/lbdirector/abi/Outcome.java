package io.lbdirector.abi;

/**
 * What became of a packet on the backend. Mirrors {@code enum lb_outcome} in lb_abi.h: an outcome's
 * number is its ordinal.
 */
public enum Outcome {
  PASSED,
  ACCEPTED,
  MALFORMED
}
