package io.lbdirector.os;

/**
 * The kernel refused something, or it is not there. The message says what was attempted, on what,
 * what the kernel said, and what to try: {@code enter network namespace /run/netns/a: EPERM (1);
 * needs CAP_SYS_ADMIN}.
 */
public final class OsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * @param attempted what was tried and on what, as {@code bind netlink socket}
   * @param errno as in errno.h
   * @param remedy what to try; empty if there is nothing sensible to say
   */
  OsException(String attempted, int errno, String remedy) {
    this(errno, attempted + ": " + Errno.describe(errno) + (remedy.isEmpty() ? "" : "; " + remedy));
  }

  private OsException(int errno, String message) {
    super(message);
    this.errno = errno;
  }

  /** One whose whole message is given, for where the error number says less than words. */
  static OsException withMessage(int errno, String message) {
    return new OsException(errno, message);
  }

  /** The error number, as in errno.h. */
  public int errno() {
    return errno;
  }

  /** {@code ENODEV} for 19. */
  public String errnoName() {
    return Errno.name(errno);
  }
}
