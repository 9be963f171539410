package io.lbdirector.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Who logged in, whatever user they became since by sudo. For people to read, never to decide by:
 * root can write what it likes there.
 */
final class LoginUid {
  private static final Path PROC = Path.of("/proc");

  /** {@code (uid_t) -1}: nobody logged in, as with a daemon. */
  private static final long UNSET = 0xffff_ffffL;

  private static final long ROOT = 0;

  private LoginUid() {}

  /**
   * Asked when it connects, since a process id is given to another process in time.
   *
   * @return empty if unset, if root itself logged in, and if the process is gone, or is of another
   *     user than {@code uid} by now
   */
  static OptionalLong of(int pid, int uid) {
    return of(PROC.resolve(Integer.toString(pid)), uid);
  }

  static OptionalLong of(Path process, int uid) {
    try {
      long login = Long.parseLong(Files.readString(process.resolve("loginuid")).strip());
      boolean told = login != UNSET && login != ROOT;
      boolean stillThePeer = Files.getAttribute(process, "unix:uid").equals(uid);
      return told && stillThePeer ? OptionalLong.of(login) : OptionalLong.empty();
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty(); // gone, or a kernel without audit
    }
  }
}
