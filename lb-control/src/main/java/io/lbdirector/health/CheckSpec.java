package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How to check a backend, and how many results make a verdict.
 *
 * @param vip where the check is sent to inside the tunnel; always for {@code TUNNEL}, otherwise if
 *     it goes the way of the traffic
 * @param port empty for {@code TUNNEL} only
 * @param path with the query; of {@code HTTP}, as are {@code host}, {@code status} and {@code body}
 * @param host the Host header; empty: the backend's address
 * @param status codes that are good
 * @param body text that the answer must contain, in UTF-8
 * @param timeout for connection and answer together
 * @param rise good results in a row that bring a backend up again
 * @param fall bad results in a row that bring it down
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

  /** The kinds of check. */
  public enum Type {
    /** GET a path. */
    HTTP,
    /** Connect, then close. */
    TCP,
    /** ICMP echo to the VIP inside the tunnel. */
    TUNNEL
  }

  /**
   * @throws IllegalArgumentException if a check of this type cannot be made of it
   */
  public CheckSpec {
    status = Set.copyOf(status);
    require(type != Type.TUNNEL || vip.isPresent(), "a check of type TUNNEL needs a VIP");
    require(type == Type.TUNNEL || port.isPresent(), "a check of type " + type + " needs a port");
    require(type != Type.HTTP || path.startsWith("/"), "path does not begin with /");
    require(isPrintable(path) && isPrintable(host.orElse("")), "path or host is not printable");
    require(isPositive(interval) && isPositive(timeout), "interval or timeout is not above 0");
    require(rise > 0 && fall > 0, "rise or fall is not above 0");
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** What could end a line of the request is not. */
  private static boolean isPrintable(String text) {
    return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  private static boolean isPositive(Duration duration) {
    return duration.compareTo(Duration.ZERO) > 0;
  }
}
