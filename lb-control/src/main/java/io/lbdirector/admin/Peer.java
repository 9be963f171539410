package io.lbdirector.admin;

/**
 * Who is at the other end of a connection, as the kernel noted it when they connected.
 *
 * @param uid effective user id
 * @param pid process id; it may be another process's by now
 */
record Peer(int uid, int pid) {
  private static final int ROOT = 0;

  /** For people: {@code root}, {@code uid 1000}. */
  String who() {
    return uid == ROOT ? "root" : "uid " + uid;
  }
}
