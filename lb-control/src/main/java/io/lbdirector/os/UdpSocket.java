package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import java.util.Optional;

/**
 * A UDP socket that sends datagrams without a checksum, as tunnel headers are sent (RFC 6935, RFC
 * 7510), takes such, and may send from an address that this machine does not have. A checksum would
 * often be left to hardware that a packet among network namespaces never meets, and then programs
 * of XDP see it unfinished.
 *
 * <p>Belongs to the network namespace of the thread that opened it. Any thread may send; one at a
 * time reads.
 */
public final class UdpSocket extends IpSocket {
  private static final int SOL_UDP = 17;
  private static final int SO_NO_CHECK = 11;
  private static final int IP_TRANSPARENT = 19;
  private static final int IPV6_V6ONLY = 26;
  private static final int IPV6_TRANSPARENT = 75;
  private static final int UDP_NO_CHECK6_TX = 101;
  private static final int UDP_NO_CHECK6_RX = 102;

  private UdpSocket(IpFamily family) {
    super("UDP socket", family, SOCK_DGRAM, 0, "");
  }

  /** A datagram that was received. */
  public record Datagram(byte[] payload, IpAddress from, int port) {}

  /** Opens one that sends from whichever address the route says. */
  public static UdpSocket open(IpFamily family) {
    return open(family, Optional.empty());
  }

  /**
   * Opens one that sends from {@code source}, on a port that the kernel chooses.
   *
   * @param source may be an address that this machine does not have, given CAP_NET_ADMIN
   */
  public static UdpSocket openFrom(IpAddress source) {
    return open(IpFamily.of(source), Optional.of(source));
  }

  private static UdpSocket open(IpFamily family, Optional<IpAddress> source) {
    UdpSocket socket = new UdpSocket(family);
    try {
      socket.dropChecksums(family);
      source.ifPresent(socket::bind);
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void dropChecksums(IpFamily family) {
    if (family == IpFamily.V4) {
      setOption(Sys.SOL_SOCKET, SO_NO_CHECK, 1, "send without UDP checksum");
      return;
    }
    setOption(IPPROTO_IPV6, IPV6_V6ONLY, 1, "keep to IPv6");
    setOption(SOL_UDP, UDP_NO_CHECK6_TX, 1, "send without UDP checksum over IPv6");
    setOption(SOL_UDP, UDP_NO_CHECK6_RX, 1, "receive without UDP checksum over IPv6");
  }

  private void bind(IpAddress source) {
    boolean v4 = source.isV4();
    Sys.trySetOption(
        fd(), v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TRANSPARENT : IPV6_TRANSPARENT, 1);
    byte[] address = SocketAddress.encode(source, 0);
    Sys.check(
        Sys.LIBC.bind(fd(), address, address.length),
        "send from " + source,
        "needs CAP_NET_ADMIN, or an address of this machine");
  }

  /** The port that it sends from; 0 until it has sent, or was opened for a source. */
  public int port() {
    byte[] own = new byte[SocketAddress.MOST_BYTES];
    Sys.check(Sys.LIBC.getsockname(fd(), own, new int[] {own.length}), "ask for a port");
    return SocketAddress.port(own);
  }

  /**
   * Sends a datagram.
   *
   * @param to of the socket's family
   * @throws OsException ENETUNREACH without a route, EMSGSIZE if it is longer than the MTU allows,
   *     EPERM if a firewall refuses
   */
  public void send(byte[] payload, IpAddress to, int port) {
    byte[] address = SocketAddress.encode(to, port);
    Sys.check(
        Sys.LIBC.sendto(fd(), payload, payload.length, 0, address, address.length),
        "send " + payload.length + " bytes to " + to + " port " + port);
  }

  /** The next datagram, without waiting; empty if there is none. */
  public Optional<Datagram> receive() {
    return take().map(taken -> new Datagram(taken.bytes(), taken.from(), taken.port()));
  }

  /** Takes room for a burst of answers. */
  public void expectBursts(int bytes) {
    receiveBuffer(bytes);
  }
}
