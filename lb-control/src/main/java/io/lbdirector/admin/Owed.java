package io.lbdirector.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of answers that are made and not yet taken. A crowd of clients that ask much and read
 * slowly would else fill the memory. Safe for any thread.
 */
final class Owed {
  /** What waits in the socket and not in our memory; such an answer is always given. */
  private static final int SHORT = 64 << 10;

  private final long most;
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param most bytes, of long answers; one above it is given all the same, if nothing else is owed
   */
  Owed(long most) {
    this.most = most;
  }

  /**
   * Counts an answer that is made, until {@link #taken}.
   *
   * @return the answer, or a problem in its place
   */
  Response add(Response made) {
    long owed = bytes.addAndGet(made.length());
    if (owed <= most || owed == made.length() || made.length() <= SHORT) {
      return made;
    }
    taken(made);
    return add(
        Response.of(
                HttpProblem.of(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "too many long answers wait for clients that read slowly; try again"))
            .made());
  }

  /** The client has it, or is gone. */
  void taken(Response made) {
    bytes.addAndGet(-made.length());
  }
}
