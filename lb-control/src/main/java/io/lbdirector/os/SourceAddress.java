package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;

/** Which of its addresses this machine sends from. */
public final class SourceAddress {
  private static final int SO_MARK = 36;
  private static final int ANY_PORT = 9; // nothing is sent

  private SourceAddress() {}

  /**
   * The address that a socket with {@code mark}, bound to none, would send to {@code destination}
   * from. An address of this machine itself is reached from that same address. In the network
   * namespace of the calling thread; four system calls.
   *
   * @param mark for routing rules; 0 for none, another needs CAP_NET_ADMIN
   * @throws OsException ENETUNREACH or EHOSTUNREACH without a route
   */
  public static IpAddress towards(IpAddress destination, int mark) {
    String attempted = "find a way to " + destination;
    int fd =
        Sys.check(
            Sys.LIBC.socket(
                IpFamily.of(destination).number(), IpSocket.SOCK_DGRAM | Sys.SOCK_CLOEXEC, 0),
            attempted);
    try {
      if (mark != 0) {
        Sys.setOption(fd, Sys.SOL_SOCKET, SO_MARK, mark, "mark a socket");
      }
      byte[] address = SocketAddress.encode(destination, ANY_PORT);
      Sys.check(Sys.LIBC.connect(fd, address, address.length), attempted, "is there a route?");
      byte[] own = new byte[SocketAddress.MOST_BYTES];
      Sys.check(Sys.LIBC.getsockname(fd, own, new int[] {own.length}), attempted);
      return SocketAddress.address(own);
    } finally {
      Sys.LIBC.close(fd);
    }
  }
}
