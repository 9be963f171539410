package io.lbdirector.bpf;

import io.lbdirector.os.Errno;
import io.lbdirector.os.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file descriptor that we own: closed once, and refused afterwards. */
final class Fd {
  static final int F_DUPFD_CLOEXEC = 1030;
  private static final int LOWEST_FD = 3;

  private final int number;
  private final Handle handle;

  private Fd(String what, int number) {
    this.number = number;
    this.handle = Handle.open(what, () -> close(what, number));
  }

  /** Takes ownership of {@code number}. */
  static Fd own(String what, int number) {
    return new Fd(what, number);
  }

  /** Makes a duplicate, closed on exec; {@code number} stays the caller's. */
  static Fd duplicate(String what, int number) {
    return own(
        what,
        Native.checkLibc(
            Sys.LIBC.fcntl(number, F_DUPFD_CLOEXEC, LOWEST_FD),
            errno -> BpfException.failed("duplicate the fd of " + what, errno, fdHint(errno))));
  }

  /**
   * @throws IllegalStateException if closed
   */
  int get() {
    handle.requireOpen();
    return number;
  }

  void close() {
    handle.close();
  }

  /**
   * What the kernel calls the thing behind an fd: {@code bpf-map}, {@code bpf-prog} or {@code
   * bpf-link} (also written {@code bpf_link}). A pin's path does not tell, and the info commands
   * answer for any of them.
   */
  String kind() {
    Path link = Path.of("/proc/self/fd/" + get());
    try {
      return Files.readSymbolicLink(link)
          .toString()
          .replaceAll("^anon_inode:|[\\[\\]]", "")
          .replace('_', '-');
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + link + "; is /proc mounted?", e);
    }
  }

  private static void close(String what, int number) {
    Native.checkLibc(
        Sys.LIBC.close(number),
        errno -> BpfException.failed("close " + what + " (fd " + number + ")", errno, ""));
  }

  private static String fdHint(int errno) {
    return errno == Errno.EMFILE ? "raise the limit of open files (ulimit -n)" : "";
  }
}
