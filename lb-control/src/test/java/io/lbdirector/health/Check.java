package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.CheckSpec.Type;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Builds targets: checked often, with much patience, and one result makes a verdict. */
final class Check {
  static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
  static final IpAddress LOOPBACK6 = IpAddress.parse("::1");
  static final IpAddress VIP = IpAddress.parse("203.0.113.10");

  private final Type type;
  private final OptionalInt port;
  private Optional<IpAddress> vip = Optional.empty();
  private String path = "/healthz";
  private Optional<String> host = Optional.empty();
  private Set<Integer> status = Set.of(200);
  private Optional<String> body = Optional.empty();
  private Duration interval = Duration.ofMillis(20);
  private Duration timeout = Duration.ofSeconds(30);
  private int rise = 1;
  private int fall = 1;

  private Check(Type type, OptionalInt port) {
    this.type = type;
    this.port = port;
  }

  static Check http(int port) {
    return new Check(Type.HTTP, OptionalInt.of(port));
  }

  static Check tcp(int port) {
    return new Check(Type.TCP, OptionalInt.of(port));
  }

  static Check tunnel() {
    return new Check(Type.TUNNEL, OptionalInt.empty()).via(VIP);
  }

  Check via(IpAddress inner) {
    vip = Optional.of(inner);
    return this;
  }

  Check path(String text) {
    path = text;
    return this;
  }

  Check host(String text) {
    host = Optional.of(text);
    return this;
  }

  Check status(Integer... good) {
    status = Set.of(good);
    return this;
  }

  Check body(String text) {
    body = Optional.of(text);
    return this;
  }

  Check every(Duration time) {
    interval = time;
    return this;
  }

  Check within(Duration time) {
    timeout = time;
    return this;
  }

  Check verdictAfter(int good, int bad) {
    rise = good;
    fall = bad;
    return this;
  }

  Target of(IpAddress backend) {
    return new Target(
        backend,
        new CheckSpec(type, vip, port, path, host, status, body, interval, timeout, rise, fall));
  }

  /** Of this machine. */
  Target here() {
    return of(LOOPBACK);
  }
}
