package io.lbdirector.health;

import java.io.IOException;
import java.net.NoRouteToHostException;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the failure of a connection says, and of whom. */
final class SocketErrors {
  private static final Map<Integer, String> OF_THE_BACKEND =
      Map.of(
          104, "connection reset", // ECONNRESET
          110, "connection timed out", // ETIMEDOUT
          111, "connection refused"); // ECONNREFUSED

  /**
   * EPERM, EAGAIN, ENOMEM, EACCES, EINVAL, ENFILE, EMFILE, EADDRINUSE, EADDRNOTAVAIL, ENETDOWN,
   * ENOBUFS: no memory, file or port left, or a firewall or route of this machine's own.
   */
  private static final Set<Integer> OF_THIS_MACHINE =
      Set.of(1, 11, 12, 13, 22, 23, 24, 98, 99, 100, 105);

  /**
   * As Netty writes it; the text after it comes in the language of the process. Its exceptions of
   * connect(2) hold the number nowhere else.
   */
  private static final Pattern ERRNO = Pattern.compile("error\\(-(\\d{1,9})\\): ([^:]*)");

  private SocketErrors() {}

  static Result result(Throwable failure) {
    if (failure instanceof NoRouteToHostException) {
      return Result.bad("no route to host");
    }
    Matcher errno = ERRNO.matcher(Words.of(failure));
    if (errno.find()) {
      return result(Integer.parseInt(errno.group(1)), errno.group(2));
    }
    return failure instanceof IOException ? Result.bad(Words.of(failure)) : own(failure);
  }

  /** The result if it is this machine that could not. */
  static Result own(Throwable failure) {
    String words = Words.of(failure);
    Matcher errno = ERRNO.matcher(words);
    return Result.none(errno.find() ? errno.group(2) : words);
  }

  private static Result result(int errno, String text) {
    return OF_THIS_MACHINE.contains(errno)
        ? Result.none(text)
        : Result.bad(OF_THE_BACKEND.getOrDefault(errno, text));
  }
}
