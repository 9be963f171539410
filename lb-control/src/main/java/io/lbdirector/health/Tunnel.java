package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The way of the traffic to one backend. */
public interface Tunnel {

  /**
   * A socket mark (SO_MARK): packets of a socket with it, sent towards a VIP, are encapsulated to
   * {@code backend} alone.
   *
   * @throws IllegalStateException with the remedy, if this machine cannot
   */
  int mark(IpAddress backend);

  /** No socket with the backend's mark is open any more. */
  void release(IpAddress backend);

  /**
   * Sends one ICMP echo request to {@code vip}, encapsulated to {@code backend}. Returns at once.
   *
   * @return the round trip, on any thread; fails with {@link java.util.concurrent.TimeoutException}
   *     after {@code timeout}, with {@link java.io.IOException} if it cannot be sent
   */
  CompletableFuture<Duration> echo(IpAddress backend, IpAddress vip, Duration timeout);
}
