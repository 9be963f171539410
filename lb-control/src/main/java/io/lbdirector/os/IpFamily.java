package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import java.util.Optional;

/** Which Internet protocol a route or neighbour is of. */
public enum IpFamily {
  V4(2),
  V6(10);

  /** {@code AF_INET} or {@code AF_INET6}, as Linux numbers them. */
  private final int number;

  IpFamily(int number) {
    this.number = number;
  }

  public static IpFamily of(IpAddress address) {
    return address.isV4() ? V4 : V6;
  }

  /** Whether this kernel has it at all; it may still have no address of it. */
  public boolean isSupported() {
    int fd = Sys.LIBC.socket(number, IpSocket.SOCK_DGRAM | Sys.SOCK_CLOEXEC, 0);
    if (fd < 0) {
      return Sys.errno() != Errno.EAFNOSUPPORT;
    }
    Sys.LIBC.close(fd);
    return true;
  }

  int number() {
    return number;
  }

  /** Empty for every other address family. */
  static Optional<IpFamily> ofNumber(int number) {
    return number == V4.number
        ? Optional.of(V4)
        : number == V6.number ? Optional.of(V6) : Optional.empty();
  }
}
