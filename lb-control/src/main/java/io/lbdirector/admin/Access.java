package io.lbdirector.admin;

import com.sun.security.auth.module.UnixSystem;
import java.util.Optional;

/**
 * Who may change things: root and the user that the daemon runs as. Whoever can open the socket may
 * look. Members of {@code [admin] group} belong here too, once their groups can be asked for.
 */
final class Access {
  private static final int ROOT = 0;

  private final long daemonUid;

  private Access(long daemonUid) {
    this.daemonUid = daemonUid;
  }

  /** Access to a daemon that runs as the user of this process. */
  static Access ofThisProcess() {
    return new Access(new UnixSystem().getUid());
  }

  static Access of(long daemonUid) {
    return new Access(daemonUid);
  }

  /** Why {@code peer} may not change things, with a remedy; empty if it may. */
  Optional<String> refusal(Peer peer) {
    if (peer.uid() == ROOT || peer.uid() == daemonUid) {
      return Optional.empty();
    }
    String allowed =
        daemonUid == ROOT ? "root" : "root and uid " + daemonUid + ", which the daemon runs as,";
    return Optional.of(
        "uid "
            + peer.uid()
            + " may look, not change: only "
            + allowed
            + " may do this; try again with sudo");
  }
}
