package io.lbdirector.doctor;

import static io.lbdirector.doctor.Finding.failing;
import static io.lbdirector.doctor.Finding.fine;

import io.lbdirector.config.DirectorConfig.Gateway;
import io.lbdirector.director.PortState;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.IpFamily;
import java.util.EnumSet;
import java.util.Set;

/** Where frames go that leave an interface. */
final class GatewayCheck {
  private GatewayCheck() {}

  /** A finding for each family that packets go to. */
  static void run(PortState port, DirectorJob job, Findings findings) {
    Set<IpFamily> families = job.families().isEmpty() ? routed(port) : job.families();
    for (IpFamily family : IpFamily.values()) {
      if (families.contains(family)) {
        findings.add(of(port, family, job.gateway(family)));
      }
    }
  }

  /** Without any gateway, that of IPv4 is the one that is missed. */
  private static Set<IpFamily> routed(PortState port) {
    Set<IpFamily> routed = EnumSet.noneOf(IpFamily.class);
    for (IpFamily family : IpFamily.values()) {
      if (port.gateway(family).isPresent()) {
        routed.add(family);
      }
    }
    return routed.isEmpty() ? Set.of(IpFamily.V4) : routed;
  }

  static Finding of(PortState port, IpFamily family, Gateway setting) {
    String what = family == IpFamily.V4 ? "gateway" : "gateway6";
    String name = port.name();
    if (setting instanceof Gateway.Mac mac) {
      return fine(what, name, mac.mac() + ", as configured");
    }
    if (port.gateway(family).isEmpty()) {
      return failing(
          what,
          name,
          "there is no " + (family == IpFamily.V4 ? "IPv4" : "IPv6") + " default route by it",
          "ip route add default via ROUTER dev " + name + ", or name a director." + what);
    }
    String address = port.gateway(family).get().toString();
    String state = " (" + port.gatewayState(family) + ")";
    return port.gatewayMac(family)
        .map(MacAddress::toString)
        .map(mac -> fine(what, name, address + " at " + mac + state))
        .orElseGet(
            () ->
                failing(
                    what,
                    name,
                    address + " does not answer" + state,
                    "no packet is forwarded until it does: is it the right address, on this"
                        + " link?"));
  }
}
