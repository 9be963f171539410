package io.lbdirector.bpf;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import jnr.ffi.types.u_int64_t;

/** What we use of the C library, names as there. −1 leaves its reason in errno. */
final class Libc {
  private Libc() {}

  /** Public for jnr-ffi alone, whose class loader implements it; being in here keeps it ours. */
  public interface Api {
    int close(int fd);

    int fcntl(int fd, int command, int argument);

    /**
     * {@code MAP_FAILED} is address −1, not null. The address is a pointer for a reason: jnr-ffi
     * 2.3.4 mangles the sixth argument of a function that takes and returns nothing but numbers.
     */
    Pointer mmap(
        Pointer address,
        @size_t long length,
        int protection,
        int flags,
        int fd,
        @off_t long offset);

    int munmap(long address, @size_t long length);

    int mount(String source, String target, String type, @u_int64_t long flags, String data);

    int umount2(String target, int flags);

    int statfs(String path, @Out long[] buffer);

    Pointer if_indextoname(int ifindex, @Out byte[] name);

    int vsnprintf(@Out byte[] buffer, @size_t long size, Pointer format, Pointer arguments);
  }
}
