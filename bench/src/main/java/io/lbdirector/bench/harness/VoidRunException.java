package io.lbdirector.bench.harness;

/** A run that did not do what it claims to have measured. It has no result. */
public final class VoidRunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what which part of the run
   * @param finding what was expected, and what was found
   */
  public VoidRunException(String what, String finding) {
    super("run void: " + what + ": " + finding);
  }

  /** Throws unless {@code found} equals {@code expected}. */
  public static void requireEqual(String what, String quantity, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw new VoidRunException(what, quantity + " is " + found + ", not " + expected);
    }
  }
}
