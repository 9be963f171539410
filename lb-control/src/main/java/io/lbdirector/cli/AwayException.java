package io.lbdirector.cli;

import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;

/** The daemon is not there, or not yet; a command that waits goes on asking. */
final class AwayException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int SERVICE_UNAVAILABLE = 503;

  private AwayException(Exception cause) {
    super(cause.getMessage(), cause);
  }

  /** Asks a daemon that may be away. */
  static Answer get(AdminClient client, String target)
      throws AwayException, DaemonRefusedException {
    try {
      return Answer.of(client.get(target));
    } catch (DaemonUnreachableException e) {
      throw new AwayException(e);
    } catch (DaemonRefusedException e) {
      if (e.status() == SERVICE_UNAVAILABLE) {
        throw new AwayException(e);
      }
      throw e;
    }
  }
}
