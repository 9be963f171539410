package io.lbdirector.forwarding;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What a table listens to: destination addresses, protocol and ports.
 *
 * @param prefix destination addresses (VIPs), IPv4 or IPv6
 * @param protocol the one protocol that matches, or empty for any
 * @param ports destination ports that match
 */
public record Bind(Prefix prefix, Optional<Protocol> protocol, PortRange ports) {
  /** A bind of one address, protocol and port. */
  public static Bind exact(IpAddress vip, Protocol protocol, int port) {
    return new Bind(Prefix.host(vip), Optional.of(protocol), PortRange.single(port));
  }

  /** Whether it is of one address, one protocol and one port. All others are wide. */
  public boolean isExact() {
    return prefix.isHost() && protocol.isPresent() && ports.isSingle();
  }

  /**
   * The exact bind of an entry.
   *
   * @throws IllegalArgumentException for an echo entry, and for any protocol that no bind has
   */
  public static Bind exact(Vip vip) {
    Protocol protocol =
        Arrays.stream(Protocol.values())
            .filter(p -> p.number() == vip.protocolNumber())
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(vip + " is of no bind"));
    return exact(vip.address(), protocol, vip.port());
  }

  /** What the packets of an {@link #isExact exact} bind are for. */
  public Vip toVip() {
    return new Vip(prefix.address(), protocol.orElseThrow().number(), ports.first());
  }

  /** As the operator writes it: {@code tcp 203.0.113.10:443}, {@code any [2001:db8::1]:any}. */
  @Override
  public String toString() {
    String address = prefix.address().isV4() ? prefix.toString() : "[" + prefix + "]";
    String port = ports.equals(PortRange.ANY) ? "any" : ports.toString();
    return protocol.map(p -> p.name().toLowerCase(Locale.ROOT)).orElse("any")
        + " "
        + address
        + ":"
        + port;
  }
}
