package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The other end of {@link SdNotify}: what systemd listens on. The JDK knows no such socket. */
public final class NotifySocket implements AutoCloseable {
  private static final int SOCK_DGRAM = 2;
  private static final int LONGEST = 4096;

  private final int fd;

  private NotifySocket(int fd) {
    this.fd = fd;
  }

  /** Listens at a path where nothing is. */
  public static NotifySocket at(Path path) {
    return listen(path + "\0");
  }

  /**
   * @param sunPath with its zero byte: at the end of a path, in front of an abstract name
   */
  static NotifySocket listen(String sunPath) {
    byte[] path = sunPath.getBytes(StandardCharsets.UTF_8);
    byte[] address =
        Sys.nativeBuffer(Short.BYTES + path.length).putShort((short) Sys.AF_UNIX).put(path).array();
    int fd = Sys.check(Sys.LIBC.socket(Sys.AF_UNIX, SOCK_DGRAM | Sys.SOCK_CLOEXEC, 0), "socket");
    NotifySocket socket = new NotifySocket(fd);
    try {
      Sys.check(Sys.LIBC.bind(fd, address, address.length), "bind " + sunPath);
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** The next datagram; empty if none came in time. */
  public Optional<String> receive(Duration timeout) {
    if (!Sys.awaitReadable((int) timeout.toMillis(), fd)) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.allocateDirect(LONGEST);
    int length = Sys.check(Sys.LIBC.recv(fd, buffer, LONGEST, 0), "receive");
    return Optional.of(StandardCharsets.UTF_8.decode(buffer.limit(length)).toString());
  }

  @Override
  public void close() {
    Sys.LIBC.close(fd);
  }
}
