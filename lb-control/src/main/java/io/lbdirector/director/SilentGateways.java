package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Gateway;
import io.lbdirector.os.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Words for gateways that did not answer in time before packets were sent their way. */
final class SilentGateways {
  private SilentGateways() {}

  /** A sentence for each port that is up and each family whose gateway's MAC is not known. */
  static List<String> warnings(
      Set<IpFamily> families, Ports ports, DirectorConfig.Director director) {
    List<String> warnings = new ArrayList<>();
    for (IpFamily family : families) {
      for (PortState port : ports.unresolved(Set.of(family))) {
        warnings.add(warning(family, port, director));
      }
    }
    return warnings;
  }

  private static String warning(IpFamily family, PortState port, DirectorConfig.Director director) {
    boolean v4 = family == IpFamily.V4;
    return "director.%s = %s: %s on %s; packets to %s backends are dropped until its MAC is known"
        .formatted(
            v4 ? "gateway" : "gateway6",
            text(v4 ? director.gateway() : director.gateway6()),
            port.gateway(family)
                .map(address -> address + " does not answer")
                .orElse("there is no default route"),
            port.name(),
            v4 ? "IPv4" : "IPv6");
  }

  private static String text(Gateway gateway) {
    if (gateway instanceof Gateway.Address one) {
      return one.address().toString();
    }
    return gateway instanceof Gateway.Mac one ? one.mac().toString() : "auto";
  }
}
