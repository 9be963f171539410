package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What the sockets here have in common that send and receive packets of one family: opened, read
 * without waiting (see {@link ReadLoop}), closed. Any thread may send; one at a time reads.
 */
public abstract sealed class IpSocket implements AutoCloseable permits UdpSocket, IcmpSocket {
  static final int SOCK_DGRAM = 2;
  static final int SOCK_RAW = 3;
  static final int IPPROTO_IP = 0;
  static final int IPPROTO_IPV6 = 41;

  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MOST_BYTES = 0x10000;

  private final String what;
  private final int fd;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(MOST_BYTES);
  private final byte[] from = new byte[SocketAddress.MOST_BYTES];
  private volatile boolean closed;

  IpSocket(String what, IpFamily family, int type, int protocol, String remedy) {
    this.what = what;
    this.fd =
        Sys.check(
            Sys.LIBC.socket(family.number(), type | Sys.SOCK_CLOEXEC, protocol),
            "open " + what,
            remedy);
  }

  /** What was received, and from whom; 0 where ports mean nothing. */
  record Received(byte[] bytes, IpAddress from, int port) {}

  /**
   * The next packet, without waiting; empty if there is none.
   *
   * @throws OsException if the kernel says that something is wrong; the next call may succeed
   */
  final Optional<Received> take() {
    requireOpen();
    buffer.clear();
    int[] fromLength = {from.length};
    long length = Sys.LIBC.recvfrom(fd, buffer, MOST_BYTES, MSG_DONTWAIT, from, fromLength);
    if (length < 0) {
      int errno = Sys.errno();
      if (errno == Errno.EAGAIN || errno == Errno.EINTR) {
        return Optional.empty();
      }
      throw new OsException("receive from " + what, errno, "");
    }
    byte[] bytes = new byte[(int) length];
    buffer.get(0, bytes);
    return Optional.of(new Received(bytes, SocketAddress.address(from), SocketAddress.port(from)));
  }

  final void setOption(int level, int option, int value, String attempted) {
    Sys.setOption(fd, level, option, value, attempted);
  }

  /** Asks for room for a burst; without CAP_NET_ADMIN up to net.core.rmem_max is given. */
  final void receiveBuffer(int bytes) {
    if (Sys.trySetOption(fd, Sys.SOL_SOCKET, SO_RCVBUFFORCE, bytes) < 0) {
      setOption(Sys.SOL_SOCKET, SO_RCVBUF, bytes, "size receive buffer of " + what);
    }
  }

  /** For {@link Sys#awaitReadable}. */
  final int fd() {
    requireOpen();
    return fd;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(what + " is closed");
    }
  }

  /** Closes it. Nobody may be sending or reading: its number may be another's at once. */
  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      Sys.LIBC.close(fd);
    }
  }
}
