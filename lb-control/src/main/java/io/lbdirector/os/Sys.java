package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Platform;
import jnr.ffi.Runtime;

/**
 * The way to {@link Libc.Functions}. jnr-ffi keeps errno per thread as of the last call through it,
 * so it is read on the calling thread before any other call.
 */
final class Sys {
  static final Libc.Functions LIBC =
      LibraryLoader.create(Libc.Functions.class)
          .failImmediately()
          .load(Platform.getNativePlatform().getStandardCLibraryName());
  private static final Runtime RUNTIME = Runtime.getRuntime(LIBC);

  static final int AF_UNIX = 1;
  static final int O_CLOEXEC = 0x80000;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int SOL_SOCKET = 1;
  private static final int POLLIN = 1;

  /**
   *
   *
   * <pre> struct pollfd  0: fd (s32) | 4: events (s16) | 6: revents (s16) | length 8 </pre>
   */
  private static final int POLLFD_LENGTH = 8;

  private Sys() {}

  /** The error number that this thread's last call through {@link #LIBC} left. */
  static int errno() {
    return RUNTIME.getLastError();
  }

  /**
   * @return {@code result} if it is not negative
   * @throws OsException otherwise, with errno
   */
  static int check(long result, String attempted, String remedy) {
    if (result < 0) {
      throw new OsException(attempted, errno(), remedy);
    }
    return (int) result;
  }

  static int check(long result, String attempted) {
    return check(result, attempted, "");
  }

  static void setOption(int fd, int level, int option, int value, String attempted) {
    check(trySetOption(fd, level, option, value), attempted);
  }

  /** As setsockopt: 0, or -1 and errno. */
  static int trySetOption(int fd, int level, int option, int value) {
    byte[] bytes = nativeBuffer(Integer.BYTES).putInt(value).array();
    return LIBC.setsockopt(fd, level, option, bytes, bytes.length);
  }

  /** A heap buffer in the byte order of the machine, zeroed. */
  static ByteBuffer nativeBuffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
  }

  /**
   * Waits until one of the descriptors can be read or has an error.
   *
   * @param timeoutMs negative: for ever
   * @return whether one can; false at the timeout, or when a signal came between
   */
  static boolean awaitReadable(int timeoutMs, int... fds) {
    ByteBuffer polled = nativeBuffer(POLLFD_LENGTH * fds.length);
    for (int fd : fds) {
      polled.putInt(fd).putShort((short) POLLIN).putShort((short) 0);
    }
    int ready = LIBC.poll(polled.array(), fds.length, timeoutMs);
    if (ready < 0 && errno() == Errno.EINTR) {
      return false;
    }
    return check(ready, "poll") > 0;
  }
}
