package io.lbdirector.os;

import java.nio.ByteBuffer;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import jnr.ffi.types.u_int64_t;

/**
 * What we use of the C library, names verbatim; {@link Sys#LIBC} is it. −1, or {@code NULL}, leaves
 * its reason in {@link Sys#errno}. Structures are arrays in native byte order; who fills one draws
 * it. Public for jnr-ffi, whose class loader implements it, and for {@code io.lbdirector.bpf}.
 *
 * <p>jnr-ffi 2.3.4 mangles the sixth argument of a function that takes and returns nothing but
 * numbers: let one of six have an array or a {@link Pointer}.
 */
public interface Libc {
  int open(String path, int flags, int mode);

  int close(int fd);

  int fcntl(int fd, int command, int argument);

  @ssize_t
  long read(int fd, @Out byte[] buffer, @size_t long count);

  @ssize_t
  long write(int fd, @In byte[] buffer, @size_t long count);

  int ftruncate(int fd, @off_t long length);

  int flock(int fd, int operation);

  int statfs(String path, @Out long[] statfs);

  int mount(String source, String target, String type, @u_int64_t long flags, String data);

  int umount2(String target, int flags);

  /**
   * {@code MAP_FAILED} is address −1, not null. The address is a pointer, not a number, so that the
   * offset arrives whole.
   */
  Pointer mmap(
      Pointer address, @size_t long length, int protection, int flags, int fd, @off_t long offset);

  int munmap(long address, @size_t long length);

  int setns(int fd, int nstype);

  int socket(int domain, int type, int protocol);

  int bind(int fd, @In byte[] address, int length);

  int connect(int fd, @In byte[] address, int length);

  int getsockname(int fd, @Out byte[] address, @In @Out int[] length);

  int setsockopt(int fd, int level, int name, @In byte[] value, int length);

  /** {@code length} is an int: the room there is, then the bytes there are. */
  int getsockopt(int fd, int level, int name, @Out byte[] value, @In @Out byte[] length);

  @ssize_t
  long sendto(int fd, @In byte[] data, @size_t long length, int flags, @In byte[] to, int toLength);

  /** {@code buffer} is direct, so that nothing is copied: frames and dumps are large. */
  @ssize_t
  long recv(int fd, @Out ByteBuffer buffer, @size_t long length, int flags);

  @ssize_t
  long recvfrom(
      int fd,
      @Out ByteBuffer buffer,
      @size_t long length,
      int flags,
      @Out byte[] from,
      @In @Out int[] fromLength);

  int ioctl(int fd, @u_int64_t long request, Pointer argument);

  int poll(@In @Out byte[] fds, @size_t long count, int timeoutMs);

  int eventfd(int initial, int flags);

  int if_nametoindex(String name);

  Pointer if_indextoname(int ifindex, @Out byte[] name);

  Pointer if_nameindex();

  void if_freenameindex(Pointer list);

  Pointer getgrnam(String name);

  int clock_gettime(int clock, @Out byte[] timespec);

  int vsnprintf(@Out byte[] buffer, @size_t long size, Pointer format, Pointer arguments);
}
