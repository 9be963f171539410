package io.lbdirector.forwarding;

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
