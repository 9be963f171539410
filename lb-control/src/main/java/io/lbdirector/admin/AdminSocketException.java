package io.lbdirector.admin;

import java.io.IOException;

/** The admin socket could not be opened. The message names its path and what to try. */
public final class AdminSocketException extends IOException {
  private static final long serialVersionUID = 1L;

  AdminSocketException(String message) {
    super(message);
  }

  AdminSocketException(String message, Throwable cause) {
    super(message, cause);
  }
}
