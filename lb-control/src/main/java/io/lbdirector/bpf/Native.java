package io.lbdirector.bpf;

import java.util.function.IntFunction;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * The two libraries, bound on first use (about 0.2 s), and the two checks that every call to them
 * goes through: a number below 0 is {@code -errno}, and a {@code NULL} has its reason in errno.
 */
final class Native {
  static final Runtime RUNTIME = Runtime.getSystemRuntime();

  private static volatile Libbpf.Api libbpf;
  private static volatile Libc.Api libc;

  private Native() {}

  /**
   * @throws IllegalStateException if the library is not installed, saying how to install it
   */
  static Libbpf.Api libbpf() {
    Libbpf.Api bound = libbpf;
    return bound != null ? bound : bindLibbpf();
  }

  static Libc.Api libc() {
    Libc.Api bound = libc;
    return bound != null ? bound : bindLibc();
  }

  private static synchronized Libbpf.Api bindLibbpf() {
    if (libbpf == null) {
      Libbpf.Api bound =
          load(
              Libbpf.Api.class, "libbpf.so.1", "install libbpf1 (Debian: apt-get install libbpf1)");
      bound.libbpf_set_print(null);
      libbpf = bound;
    }
    return libbpf;
  }

  private static synchronized Libc.Api bindLibc() {
    if (libc == null) {
      libc = load(Libc.Api.class, "libc.so.6", "Linux with the GNU C library is needed");
    }
    return libc;
  }

  /**
   * Binds every function of {@code type}. One that the library lacks is found out when it is
   * called; whatever has the name {@code libbpf.so.1} has those that we use.
   *
   * @throws IllegalStateException if the library is not there or cannot be read
   */
  static <T> T load(Class<T> type, String soname, String remedy) {
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

  /**
   * @param result of a libbpf function; {@code -errno} if below 0
   * @param failure makes the exception from the positive errno
   * @return {@code result}, 0 or above
   */
  static int check(int result, IntFunction<BpfException> failure) {
    if (result < 0) {
      throw failure.apply(-result);
    }
    return result;
  }

  /**
   * Call it first thing after the native call, on the same thread: errno does not last.
   *
   * @return {@code result}, not null
   */
  static Pointer checkPointer(Pointer result, IntFunction<BpfException> failure) {
    if (result == null) {
      throw failure.apply(RUNTIME.getLastError());
    }
    return result;
  }

  /** Turns libc's −1 into {@code -errno}, for {@link #check(int, IntFunction)}. */
  static int orErrno(int result) {
    return result == -1 ? -RUNTIME.getLastError() : result;
  }
}
