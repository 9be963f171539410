package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How to check.
 *
 * @param vip inner destination of a check that goes through the tunnel; empty: the backend itself
 * @param port 1 to 65535; empty for {@link Type#TUNNEL}
 * @param path for {@link Type#HTTP}
 * @param host Host header; empty: the backend's address
 * @param status HTTP status codes that pass
 * @param body text that the answer must contain
 * @param rise good results in a row that prove it up
 * @param fall bad results in a row that prove it down
 */
public record CheckSpec(
    Type type,
    Optional<IpAddress> vip,
    OptionalInt port,
    String path,
    Optional<String> host,
    Set<Integer> status,
    Optional<String> body,
    Duration interval,
    Duration timeout,
    int rise,
    int fall) {

  /** What is sent. */
  public enum Type {
    HTTP,
    TCP,
    /** ICMP echo inside GUE. */
    TUNNEL
  }
}
