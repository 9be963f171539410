package io.lbdirector.os;

import java.nio.ByteBuffer;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/**
 * The C library's functions, names verbatim. Called through {@link Sys}, which turns -1 and errno
 * into an {@link OsException}. Structures are byte arrays in native byte order; who fills one draws
 * it.
 */
final class Libc {
  private Libc() {}

  /** Public for the class that jnr-ffi generates in a loader of its own; hidden by its owner. */
  public interface Functions {
    int open(String path, int flags, int mode);

    int close(int fd);

    @ssize_t
    long read(int fd, @Out byte[] buffer, @size_t long count);

    @ssize_t
    long write(int fd, @In byte[] buffer, @size_t long count);

    int ftruncate(int fd, @off_t long length);

    int flock(int fd, int operation);

    int statfs(String path, @Out byte[] statfs);

    int setns(int fd, int nstype);

    int socket(int domain, int type, int protocol);

    int bind(int fd, @In byte[] address, int length);

    int setsockopt(int fd, int level, int name, @In byte[] value, int length);

    @ssize_t
    long sendto(
        int fd, @In byte[] data, @size_t long length, int flags, @In byte[] to, int toLength);

    /** {@code buffer} is direct, so that nothing is copied: frames and dumps are large. */
    @ssize_t
    long recv(int fd, @Out ByteBuffer buffer, @size_t long length, int flags);

    int poll(@In @Out byte[] fds, @size_t long count, int timeoutMs);

    int eventfd(int initial, int flags);

    int if_nametoindex(String name);

    Pointer if_nameindex();

    void if_freenameindex(Pointer list);

    int clock_gettime(int clock, @Out byte[] timespec);
  }
}
