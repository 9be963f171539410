package io.lbdirector.bpf;

import io.lbdirector.os.Errno;
import io.lbdirector.os.Sys;
import jnr.ffi.annotations.Out;

/**
 * What of libbpf only {@link KernelSurvey} uses: apart from {@link Libbpf}, whose users shall not
 * pay for the binding.
 */
final class LibbpfIds {
  private LibbpfIds() {}

  private static final class Bound {
    static final Api API = Sys.load(Api.class, Native.LIBBPF, Native.LIBBPF_REMEDY);
  }

  /**
   * @throws IllegalStateException if the library is not installed, saying how to install it
   */
  static Api api() {
    Native.libbpf(); // the exception of a class that cannot be initialised would hide the reason
    return Bound.API;
  }

  static String hint(int errno) {
    return errno == Errno.EPERM ? "needs CAP_SYS_ADMIN" : "";
  }

  /** As {@link Libbpf.Api}. */
  public interface Api {
    String libbpf_version_string();

    int bpf_map_get_next_id(int startId, @Out int[] nextId);

    int bpf_map_get_fd_by_id(int id);

    int bpf_prog_get_next_id(int startId, @Out int[] nextId);

    int bpf_prog_get_fd_by_id(int id);

    int bpf_link_get_next_id(int startId, @Out int[] nextId);

    int bpf_link_get_fd_by_id(int id);
  }
}
