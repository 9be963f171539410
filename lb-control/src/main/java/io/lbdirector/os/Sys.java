package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/**
 * The way to {@link Libc} and to libraries beside it. jnr-ffi keeps errno per thread as of the last
 * call through it, so it is read on the calling thread before any other call.
 */
public final class Sys {
  /** Bound with this class, hence before anything that {@link #load} binds. */
  public static final Libc LIBC =
      load(Libc.class, "libc.so.6", "Linux with the GNU C library is needed");

  private static final Runtime RUNTIME = Runtime.getSystemRuntime();

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

  /**
   * Binds every function of {@code type}. One that the library lacks is found out when it is
   * called.
   *
   * @param soname as in {@code libc.so.6}: the name that comes without development packages
   * @param remedy what to do if it is not there
   * @throws IllegalStateException if the library is not there or cannot be read
   */
  public static <T> T load(Class<T> type, String soname, String remedy) {
    try {
      return LibraryLoader.create(type).failImmediately().load(soname);
    } catch (UnsatisfiedLinkError e) {
      boolean missing = String.valueOf(e.getMessage()).contains("cannot open shared object");
      throw new IllegalStateException(
          soname
              + (missing ? " not found; " : " cannot be used: " + e.getMessage() + "; ")
              + remedy,
          e);
    }
  }

  /** The error number that this thread's last call of {@link #LIBC} or a loaded library left. */
  public static int errno() {
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
