package io.lbdirector.bpf;

/**
 * The kernel or libbpf refused. The message says what was attempted, on what, with which values,
 * the error's name and number, and what to try.
 */
public final class BpfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;
  private final String verifierLog;

  private BpfException(String message, int errno, String verifierLog) {
    super(message);
    this.errno = errno;
    this.verifierLog = verifierLog;
  }

  /**
   * @param attempted verb, object and values: {@code "update map lb_tables (index 4096)"}
   * @param hint what to try; empty if there is nothing to say
   */
  static BpfException failed(String attempted, int errno, String hint) {
    String tail = hint.isEmpty() ? "" : "; " + hint;
    return new BpfException(attempted + ": " + BpfErrno.describe(errno) + tail, errno, "");
  }

  static BpfException rejected(String message, int errno, String verifierLog) {
    return new BpfException(message, errno, verifierLog);
  }

  /** The error number, positive. */
  public int errno() {
    return errno;
  }

  /** Name of {@link #errno}, {@code "EBUSY"}; {@code "UNKNOWN"} for a number without one. */
  public String errnoName() {
    return BpfErrno.name(errno);
  }

  /**
   * What the verifier wrote about the program that it rejected, all lines; empty if this is about
   * something else.
   */
  public String verifierLog() {
    return verifierLog;
  }
}
