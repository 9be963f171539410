package io.lbdirector.admin;

import io.lbdirector.os.Groups;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Who is at the other end of a connection, as the kernel noted it when they connected.
 *
 * @param uid effective user id
 * @param pid process id; it may be another process's by now
 * @param groups all that it was in
 * @param loginUid of root only: who it was that became root, if that is known
 */
record Peer(int uid, int pid, Set<Integer> groups, OptionalLong loginUid) {
  private static final int ROOT = 0;

  static Peer of(EpollDomainSocketChannel channel) throws IOException {
    PeerCredentials credentials = channel.peerCredentials();
    Set<Integer> groups = new HashSet<>(Groups.ofPeer(channel.fd().intValue()));
    for (int primary : credentials.gids()) {
      groups.add(primary);
    }
    int uid = credentials.uid();
    int pid = credentials.pid();
    return new Peer(uid, pid, groups, uid == ROOT ? LoginUid.of(pid, uid) : OptionalLong.empty());
  }

  boolean isRoot() {
    return uid == ROOT;
  }

  /** For people: {@code root}, {@code root (login uid 1000)}, {@code uid 1000}. */
  String who() {
    if (!isRoot()) {
      return "uid " + Integer.toUnsignedString(uid);
    }
    return loginUid.isPresent() ? "root (login uid " + loginUid.getAsLong() + ")" : "root";
  }
}
