package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A netlink socket, of the namespace of the thread that opened it. For one thread at a time.
 *
 * <pre> struct sockaddr_nl  0: family (u16) | 4: port (u32) | 8: groups (u32) | length 12 </pre>
 */
final class NetlinkSocket implements AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  static final int NETLINK_ROUTE = 0;
  static final int NETLINK_GENERIC = 16;
  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_DONTWAIT = 0x40;

  /** The kernel fills datagrams of at most 32 KiB (net/netlink/af_netlink.c, netlink_dump). */
  private static final int DATAGRAM_BYTES = 64 * 1024;

  private final int fd;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(DATAGRAM_BYTES).order(ByteOrder.nativeOrder());
  private boolean closed;

  private NetlinkSocket(int fd) {
    this.fd = fd;
  }

  /**
   * One for rtnetlink.
   *
   * @param groups bits of multicast groups to join, bit 0 for group 1; 0 for requests only
   */
  static NetlinkSocket open(int groups) {
    return open(NETLINK_ROUTE, groups);
  }

  static NetlinkSocket open(int protocol, int groups) {
    int fd =
        Sys.check(
            Sys.LIBC.socket(AF_NETLINK, SOCK_RAW | Sys.SOCK_CLOEXEC, protocol),
            "open netlink socket",
            "a systemd unit needs AF_NETLINK in RestrictAddressFamilies");
    NetlinkSocket socket = new NetlinkSocket(fd);
    try {
      byte[] address =
          Sys.nativeBuffer(12).putShort(0, (short) AF_NETLINK).putInt(8, groups).array();
      Sys.check(Sys.LIBC.bind(fd, address, address.length), "bind netlink socket");
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** For {@link Sys#awaitReadable}. */
  int fd() {
    return fd;
  }

  /** Asks for room for a burst; without CAP_NET_ADMIN up to net.core.rmem_max is given. */
  void receiveBuffer(int bytes) {
    if (Sys.trySetOption(fd, Sys.SOL_SOCKET, SO_RCVBUFFORCE, bytes) < 0) {
      Sys.setOption(fd, Sys.SOL_SOCKET, SO_RCVBUF, bytes, "size netlink receive buffer");
    }
  }

  void send(byte[] message, String attempted) {
    byte[] kernel = Sys.nativeBuffer(12).putShort(0, (short) AF_NETLINK).array();
    Sys.check(Sys.LIBC.sendto(fd, message, message.length, 0, kernel, kernel.length), attempted);
  }

  /**
   * Takes the next datagram.
   *
   * @return its messages, views of a buffer that the next call overwrites; none if there is no
   *     datagram
   * @throws OsException ENOBUFS if the kernel had to throw some away
   */
  List<NetlinkMessage> receive() {
    long length = take();
    if (length < 0) {
      int errno = Sys.errno();
      if (errno == Errno.EAGAIN || errno == Errno.EINTR) {
        return List.of();
      }
      throw new OsException("receive from netlink", errno, "");
    }
    if (length > DATAGRAM_BYTES) {
      throw new IllegalStateException("netlink datagram of " + length + " bytes");
    }
    return NetlinkMessage.split(buffer.limit((int) length));
  }

  /**
   * Throws away what is queued. An error other than ENOBUFS ends it, and shows at the next call.
   */
  void drain() {
    long length;
    do {
      length = take();
    } while (length >= 0 || Sys.errno() == Errno.ENOBUFS);
  }

  /** As recv: the datagram's length, also if it was longer than the buffer; or -1 and errno. */
  private long take() {
    buffer.clear();
    return Sys.LIBC.recv(fd, buffer, DATAGRAM_BYTES, MSG_DONTWAIT | MSG_TRUNC);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Sys.LIBC.close(fd);
    }
  }
}
