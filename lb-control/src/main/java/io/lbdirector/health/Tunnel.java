package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The way of the traffic to one backend. */
public interface Tunnel {
  /**
   * A socket mark (SO_MARK): packets of a socket with it, sent towards {@code vip}, are
   * encapsulated to {@code backend} alone. Throws IllegalStateException with the remedy if this
   * host cannot.
   */
  int mark(IpAddress backend);

  /** No socket with the mark is open any more. */
  void release(IpAddress backend);

  /**
   * Sends one ICMP echo request to {@code vip} in GUE to {@code backend}; completes with the round
   * trip, or fails (TimeoutException after {@code timeout}, IOException). Returns at once,
   * completes on any thread.
   */
  CompletableFuture<Duration> echo(IpAddress backend, IpAddress vip, Duration timeout);
}
