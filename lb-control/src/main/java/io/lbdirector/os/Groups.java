package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import jnr.ffi.Pointer;

/** Groups of users: by their names, and those of whoever is at the other end of a Unix socket. */
public final class Groups {
  /** From Linux 4.13, include/uapi/asm-generic/socket.h. */
  private static final int SO_PEERGROUPS = 59;

  /** Most processes are in fewer groups; the kernel says if one is not. */
  private static final int USUAL = 64;

  /**
   *
   *
   * <pre> struct group  0: name (char *) | 8: password (char *) | 16: gid (u32) | … </pre>
   */
  private static final int GROUP_GID = 16;

  private Groups() {}

  /**
   * The number of a group of this machine; empty if it has none of that name. One caller at a time:
   * the C library keeps the answer in one place.
   */
  public static synchronized OptionalInt number(String name) {
    Pointer group = Sys.LIBC.getgrnam(name);
    return group == null ? OptionalInt.empty() : OptionalInt.of(group.getInt(GROUP_GID));
  }

  /**
   * The supplementary groups that a peer was in when it connected. Its primary group need not be
   * among them: SO_PEERCRED tells that one.
   *
   * @param fd of a connected Unix socket
   * @return numbers of groups; none if the kernel cannot tell
   * @throws OsException if {@code fd} is no such socket
   */
  public static Set<Integer> ofPeer(int fd) {
    ByteBuffer length = Sys.nativeBuffer(Integer.BYTES);
    for (int room = USUAL * Integer.BYTES; ; room = length.getInt(0)) {
      ByteBuffer groups = Sys.nativeBuffer(room);
      length.putInt(0, room);
      int result =
          Sys.LIBC.getsockopt(fd, Sys.SOL_SOCKET, SO_PEERGROUPS, groups.array(), length.array());
      if (result == 0) {
        return numbers(groups.limit(length.getInt(0)));
      }
      int errno = Sys.errno();
      if (errno == Errno.ENOPROTOOPT || errno == Errno.ENODATA) {
        return Set.of();
      }
      if (errno != Errno.ERANGE) {
        throw new OsException("ask for the groups of a peer", errno, "");
      }
    }
  }

  private static Set<Integer> numbers(ByteBuffer groups) {
    Set<Integer> numbers = new HashSet<>();
    while (groups.hasRemaining()) {
      numbers.add(groups.getInt());
    }
    return numbers;
  }
}
