package io.lbdirector.bpf;

import io.lbdirector.os.Sys;
import java.util.function.IntFunction;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * The way to libbpf, bound on first use (about 0.2 s), and the checks that every native call goes
 * through: of libbpf, a number below 0 is {@code -errno}, and a {@code NULL} has its reason in
 * errno; of libc, −1 has.
 */
final class Native {
  static final Runtime RUNTIME = Runtime.getSystemRuntime();
  static final String LIBBPF = "libbpf.so.1";
  static final String LIBBPF_REMEDY = "install libbpf1 (Debian: apt-get install libbpf1)";

  private static volatile Libbpf.Api libbpf;

  private Native() {}

  /**
   * @throws IllegalStateException if the library is not installed, saying how to install it
   */
  static Libbpf.Api libbpf() {
    Libbpf.Api bound = libbpf;
    return bound != null ? bound : bindLibbpf();
  }

  private static synchronized Libbpf.Api bindLibbpf() {
    if (libbpf == null) {
      Libbpf.Api bound = Sys.load(Libbpf.Api.class, LIBBPF, LIBBPF_REMEDY);
      bound.libbpf_set_print(null);
      libbpf = bound;
    }
    return libbpf;
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
      throw failure.apply(Sys.errno());
    }
    return result;
  }

  /**
   * As {@link #checkPointer}, of a libc function that answers −1.
   *
   * @return {@code result}
   */
  static int checkLibc(int result, IntFunction<BpfException> failure) {
    if (result == -1) {
      throw failure.apply(Sys.errno());
    }
    return result;
  }
}
