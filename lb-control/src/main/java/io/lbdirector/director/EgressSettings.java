package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Egress;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.IpAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whom packets go to as the kernel's routes say.
 *
 * @param backends none unless {@code egress = "fib"}
 * @param sourceIp outer source address of packets to IPv4 backends
 * @param sourceIp6 the same for IPv6
 */
public record EgressSettings(
    Set<IpAddress> backends, Optional<IpAddress> sourceIp, Optional<IpAddress> sourceIp6) {
  public static final EgressSettings NONE =
      new EgressSettings(Set.of(), Optional.empty(), Optional.empty());

  public EgressSettings {
    backends = Set.copyOf(backends);
  }

  public static EgressSettings of(DirectorConfig config) {
    DirectorConfig.Director director = config.director();
    if (director.egress() != Egress.FIB) {
      return NONE;
    }
    return new EgressSettings(
        config.tables().stream()
            .flatMap(table -> table.pool().stream())
            .map(Backend::address)
            .collect(Collectors.toSet()),
        director.sourceIp(),
        director.sourceIp6());
  }

  /** These, and the backends of {@code other}. */
  EgressSettings and(EgressSettings other) {
    Set<IpAddress> all = new HashSet<>(backends);
    all.addAll(other.backends);
    return new EgressSettings(
        all, sourceIp.or(() -> other.sourceIp), sourceIp6.or(() -> other.sourceIp6));
  }

  Optional<IpAddress> source(IpAddress backend) {
    return backend.isV4() ? sourceIp : sourceIp6;
  }
}
