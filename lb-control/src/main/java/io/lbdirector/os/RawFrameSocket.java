package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Sends and receives whole Ethernet frames on one interface (packet(7)), without the frame check
 * sequence. Belongs to the network namespace of the thread that opened it; for one thread at a
 * time. Needs CAP_NET_RAW.
 *
 * <p>A received frame lacks its outermost VLAN tag: the kernel takes that off before any socket
 * sees the frame. Frames sent by this machine are not received.
 */
public final class RawFrameSocket implements AutoCloseable {
  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int ETH_P_ALL = 3;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_IGNORE_OUTGOING = 23;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int ADDRESS_LENGTH = 20;

  /** Above every MTU, and above what segmentation offload glues together. */
  private static final int MAX_FRAME_BYTES = 128 * 1024;

  /** Room for a burst, given with CAP_NET_ADMIN only. */
  private static final int RECEIVE_BUFFER_BYTES = 16 << 20;

  private final int fd;
  private final byte[] address;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_FRAME_BYTES);
  private boolean closed;

  private RawFrameSocket(int fd, byte[] address) {
    this.fd = fd;
    this.address = address;
  }

  /**
   * @param ifindex see {@link Interfaces#index}
   * @throws OsException without CAP_NET_RAW, or if there is no such interface
   */
  public static RawFrameSocket open(int ifindex) {
    int fd =
        Sys.check(
            Sys.LIBC.socket(AF_PACKET, SOCK_RAW | Sys.SOCK_CLOEXEC, 0),
            "open packet socket",
            "needs CAP_NET_RAW");
    RawFrameSocket socket = new RawFrameSocket(fd, address(ifindex));
    try {
      socket.bind(ifindex);
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Sends a frame as it is.
   *
   * @param frame from the destination MAC on, at least 14 bytes
   * @throws OsException EMSGSIZE if it is longer than the MTU allows, ENETDOWN if the link is down
   */
  public void send(byte[] frame) {
    requireOpen();
    Sys.check(
        Sys.LIBC.sendto(fd, frame, frame.length, 0, address, address.length),
        "send frame of " + frame.length + " bytes");
  }

  /**
   * Takes the next frame.
   *
   * @return a copy; empty if none came in time
   */
  public Optional<byte[]> receive(Duration timeout) {
    requireOpen();
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      Optional<byte[]> frame = poll();
      long leftNanos = deadline - System.nanoTime();
      if (frame.isPresent() || leftNanos <= 0) {
        return frame;
      }
      long leftMs = TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1;
      Sys.awaitReadable((int) Math.min(leftMs, Integer.MAX_VALUE), fd);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Sys.LIBC.close(fd);
    }
  }

  /** Opened with protocol 0, it hears nothing of other interfaces before it is bound to this. */
  private void bind(int ifindex) {
    Sys.setOption(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "ignore outgoing frames");
    Sys.trySetOption(fd, Sys.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES);
    Sys.check(
        Sys.LIBC.bind(fd, address, address.length), "bind packet socket to interface " + ifindex);
  }

  private Optional<byte[]> poll() {
    buffer.clear();
    long length = Sys.LIBC.recv(fd, buffer, MAX_FRAME_BYTES, MSG_DONTWAIT | MSG_TRUNC);
    if (length < 0) {
      int errno = Sys.errno();
      if (errno == Errno.EAGAIN || errno == Errno.EINTR) {
        return Optional.empty();
      }
      throw new OsException("receive frame", errno, "");
    }
    byte[] frame = new byte[(int) length];
    buffer.get(0, frame);
    return Optional.of(frame);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("packet socket is closed");
    }
  }

  /**
   *
   *
   * <pre>
   * struct sockaddr_ll
   * 0: family (u16) | 2: protocol (be16) | 4: ifindex (s32) | 8: ... | length 20
   * </pre>
   */
  private static byte[] address(int ifindex) {
    byte[] address =
        Sys.nativeBuffer(ADDRESS_LENGTH).putShort(0, (short) AF_PACKET).putInt(4, ifindex).array();
    address[3] = ETH_P_ALL;
    return address;
  }
}
