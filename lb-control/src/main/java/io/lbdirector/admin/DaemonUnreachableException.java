package io.lbdirector.admin;

/** No answer from a daemon. The message says why, as far as can be told, and what to try. */
public final class DaemonUnreachableException extends Exception {
  private static final long serialVersionUID = 1L;

  DaemonUnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
