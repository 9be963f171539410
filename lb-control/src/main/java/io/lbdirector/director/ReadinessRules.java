package io.lbdirector.director;

import io.lbdirector.dataplane.Attachments.Attached;
import io.lbdirector.director.DirectorControl.Readiness;
import io.lbdirector.os.IpFamily;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** When a director is ready: packets that reach it are forwarded, whichever interface they take. */
final class ReadinessRules {
  private ReadinessRules() {}

  /**
   * @param live empty if no generation is live
   * @param degraded why what is live is not what should be, if so
   */
  static Readiness of(
      Optional<Candidate> live,
      List<Attached> attached,
      Ports ports,
      Egress egress,
      Optional<String> degraded) {
    return missing(live, attached, ports, egress)
        .or(() -> degraded.map(reason -> "degraded: " + reason))
        .map(reason -> new Readiness(false, reason))
        .orElse(new Readiness(true, "forwarding"));
  }

  private static Optional<String> missing(
      Optional<Candidate> live, List<Attached> attached, Ports ports, Egress egress) {
    if (live.isEmpty()) {
      return Optional.of("no generation is live yet");
    }
    if (attached.isEmpty()) {
      return Optional.of("the program is not attached yet");
    }
    return lost(attached, ports)
        .or(() -> refused(ports))
        .or(() -> noCarrier(ports))
        .or(() -> noGateway(live.get().families(), ports))
        .or(() -> egress.missing(live.get().egress().backends()));
  }

  /** An interface made anew under its old name has a new index, and no program at first. */
  private static Optional<String> lost(List<Attached> attached, Ports ports) {
    return attached.stream()
        .filter(a -> ports.of(a.name()).filter(p -> p.ifindex() != a.ifindex()).isPresent())
        .findFirst()
        .map(a -> "the program is not on " + a.name() + " any more: see lbd's log");
  }

  private static Optional<String> refused(Ports ports) {
    return ports.unwritten().stream()
        .findFirst()
        .map(name -> "the kernel refused the entry of " + name + " in lb_ports: see lbd's log");
  }

  private static Optional<String> noCarrier(Ports ports) {
    return ports.all().stream().anyMatch(PortState::up)
        ? Optional.empty()
        : Optional.of("no interface has a carrier");
  }

  private static Optional<String> noGateway(Set<IpFamily> families, Ports ports) {
    return ports.unresolved(families).stream()
        .findFirst()
        .map(port -> "the gateway's MAC on " + port.name() + " is not known yet");
  }
}
