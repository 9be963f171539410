package io.lbdirector.admin;

import com.sun.security.auth.module.UnixSystem;
import io.lbdirector.os.Groups;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Who may change things: root, the user that the daemon runs as, and the members of a group if
 * there is one. Whoever can open the socket may look.
 */
final class Access {
  /** A group of this machine. */
  record Group(String name, int number) {
    /**
     * @throws AdminSocketException if there is none of that name
     */
    static Group named(String name) throws AdminSocketException {
      OptionalInt number = Groups.number(name);
      if (number.isEmpty()) {
        throw new AdminSocketException(
            "[admin] group = \""
                + name
                + "\": this machine has no such group; make it (groupadd --system "
                + name
                + "), or name another, or none");
      }
      return new Group(name, number.getAsInt());
    }
  }

  private final int daemonUid;
  private final Optional<Group> group;

  private Access(int daemonUid, Optional<Group> group) {
    this.daemonUid = daemonUid;
    this.group = group;
  }

  /** Access to a daemon that runs as the user of this process. */
  static Access ofThisProcess(Optional<Group> group) {
    return of((int) new UnixSystem().getUid(), group);
  }

  static Access of(int daemonUid, Optional<Group> group) {
    return new Access(daemonUid, group);
  }

  /** Why {@code peer} may not change things, with a remedy; empty if it may. */
  Optional<String> refusal(Peer peer) {
    boolean member = group.isPresent() && peer.groups().contains(group.get().number());
    if (peer.isRoot() || peer.uid() == daemonUid || member) {
      return Optional.empty();
    }
    return Optional.of(
        peer.who()
            + " may look, not change: only "
            + allowed()
            + " may do this; try again with sudo");
  }

  private String allowed() {
    StringBuilder allowed = new StringBuilder("root");
    if (daemonUid != 0) {
      allowed.append(" and uid ").append(daemonUid).append(", which the daemon runs as,");
    }
    group.ifPresent(g -> allowed.append(" and members of group ").append(g.name()));
    return allowed.toString();
  }
}
