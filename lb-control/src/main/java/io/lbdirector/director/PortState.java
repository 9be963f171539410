package io.lbdirector.director;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.IpFamily;
import java.util.Optional;
import java.util.Set;

/**
 * One interface that packets come in on, and where they leave to.
 *
 * <p>A gateway's state is what the kernel says of it as a neighbour, in lower case ({@code
 * reachable}, {@code stale}, …), or {@code configured} for a MAC from the config, or {@code
 * unknown}. A MAC that is there is used whatever the state says.
 *
 * @param ifindex above 0; the last one if the interface is gone
 * @param mtu bytes
 * @param up set up by the administrator, and with carrier
 * @param gateway next hop of packets to IPv4 backends; empty if it is not known, not wanted, or
 *     given as a MAC. Its address may be IPv6
 * @param gatewayMac empty while not known
 * @param gateway6 the same for IPv6 backends
 */
public record PortState(
    int ifindex,
    String name,
    MacAddress mac,
    int mtu,
    boolean up,
    Optional<IpAddress> gateway,
    Optional<MacAddress> gatewayMac,
    String gatewayState,
    Optional<IpAddress> gateway6,
    Optional<MacAddress> gateway6Mac,
    String gateway6State) {

  public Optional<IpAddress> gateway(IpFamily family) {
    return family == IpFamily.V4 ? gateway : gateway6;
  }

  public Optional<MacAddress> gatewayMac(IpFamily family) {
    return family == IpFamily.V4 ? gatewayMac : gateway6Mac;
  }

  public String gatewayState(IpFamily family) {
    return family == IpFamily.V4 ? gatewayState : gateway6State;
  }

  /** Whether frames cannot leave to backends of one of {@code families}, for want of a MAC. */
  boolean lacksGateway(Set<IpFamily> families) {
    return up && families.stream().anyMatch(family -> gatewayMac(family).isEmpty());
  }

  PortState withGatewayMac(IpFamily family, Optional<MacAddress> newMac) {
    boolean v4 = family == IpFamily.V4;
    return new PortState(
        ifindex,
        name,
        mac,
        mtu,
        up,
        gateway,
        v4 ? newMac : gatewayMac,
        gatewayState,
        gateway6,
        v4 ? gateway6Mac : newMac,
        gateway6State);
  }
}
