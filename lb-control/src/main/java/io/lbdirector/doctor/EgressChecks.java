package io.lbdirector.doctor;

import static io.lbdirector.doctor.Finding.failing;
import static io.lbdirector.doctor.Finding.fine;
import static io.lbdirector.doctor.Finding.warning;

import io.lbdirector.config.DirectorConfig.Mode;
import io.lbdirector.director.EgressState;
import io.lbdirector.director.EgressState.Hop;
import io.lbdirector.director.EgressState.Standing;
import io.lbdirector.doctor.Network.Device;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.os.ChosenRoute;
import io.lbdirector.os.IpFamily;
import io.lbdirector.os.LinkInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a director needs whose packets leave as the kernel's routes say. */
final class EgressChecks {
  private static final int LOOPBACK = 1;
  private static final int NAMED = 3;

  private final Machine machine;
  private final DirectorJob job;
  private final Findings findings;

  EgressChecks(Machine machine, DirectorJob job, Findings findings) {
    this.machine = machine;
    this.job = job;
    this.findings = findings;
  }

  void run(List<LinkInfo> links) {
    for (String name : job.interfaces()) {
      families().forEach(family -> findings.add(forwarding(name, family)));
    }
    EgressState state = machine.network().egress(job.egress());
    findings.add(routes(state));
    if (!state.hops().isEmpty()) {
      findings.add(nextHops(state.hops()));
    }
    Set<String> egress =
        state.hops().stream()
            .map(Hop::interfaceName)
            .collect(Collectors.toCollection(TreeSet::new));
    links.stream().filter(link -> egress.contains(link.name())).forEach(this::egress);
    if (!job.vips().isEmpty()) {
      findings.add(vipRoutes());
    }
  }

  private Set<IpFamily> families() {
    return job.egress().backends().stream()
        .map(IpFamily::of)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The kernel sends nothing on that came in by an interface where forwarding is off. */
  private Finding forwarding(String name, IpFamily family) {
    boolean v4 = family == IpFamily.V4;
    String what = v4 ? "forwarding" : "forwarding6";
    String key = "net/ipv" + (v4 ? 4 : 6) + "/conf/" + name + "/forwarding";
    Optional<String> setting = machine.host().read("/proc/sys/" + key);
    if (setting.equals(Optional.of("1"))) {
      return fine(what, name, "on");
    }
    return failing(
        what,
        name,
        "off: no packet is forwarded under egress = \"fib\"",
        "sysctl -w " + key + "=1" + (v4 ? "" : "; where routes come by RA, also accept_ra=2"));
  }

  private static Finding routes(EgressState state) {
    if (state.unrouted().isEmpty()) {
      int backends = state.settings().backends().size();
      return fine("routes", "", "one to each of " + backends + " backends");
    }
    return failing(
        "routes",
        "",
        "none leads to " + named(state.unrouted().stream().map(IpAddress::toString).toList()),
        "packets to it are dropped (drop_no_route): ip route get shows what the kernel would do");
  }

  private static Finding nextHops(List<Hop> hops) {
    List<String> silent =
        hops.stream().filter(hop -> !hop.is(Standing.KNOWN)).map(EgressChecks::words).toList();
    if (silent.isEmpty()) {
      return fine("next_hops", "", named(hops.stream().map(EgressChecks::words).toList()));
    }
    String found = named(silent) + " does not answer";
    String remedy = "packets to it are dropped (drop_no_neighbour): is it up, and on this link?";
    return silent.size() == hops.size()
        ? failing("next_hops", "", found, remedy)
        : warning("next_hops", "", found, remedy);
  }

  private static String words(Hop hop) {
    return hop.address() + " on " + hop.interfaceName();
  }

  private static String named(List<String> all) {
    int more = all.size() - NAMED;
    return String.join(", ", all.subList(0, Math.min(NAMED, all.size())))
        + (more > 0 ? " and " + more + " more" : "");
  }

  private void egress(LinkInfo link) {
    findings.add(
        MtuCheck.of(link, job.overhead(), job.backends(), d -> machine.network().route(d)));
    if (!job.interfaces().equals(List.of(link.name()))) {
      findings.add(sending(link, machine.network().device(link)));
    }
  }

  /** What comes in by another interface is handed to this one. */
  private Finding sending(LinkInfo link, Device device) {
    String name = link.name();
    String driver = device.driver().orElse("unknown driver");
    if (link.mac().isEmpty()) {
      return failing("egress", name, "not an Ethernet interface", "route by another one");
    }
    if (job.mode() == Mode.GENERIC) {
      return fine("egress", name, driver + "; generic mode is configured");
    }
    if (device.xdpSend().isEmpty()) {
      return fine(
          "egress", name, driver + "; this kernel does not tell whether XDP can send by it");
    }
    if (device.xdpSend().get()) {
      return fine("egress", name, driver + ", XDP can send by it");
    }
    String found = driver + ": XDP cannot send by it, as it is set up";
    return job.interfaces().contains(name)
            && machine.network().attachedXdp(link.ifindex()).isEmpty()
        ? warning("egress", name, found, "look again when lbd runs: some can where a program is")
        : failing("egress", name, found, remedy(driver));
  }

  private static String remedy(String driver) {
    return driver.equals("veth")
        ? "attach an XDP program to its peer, or switch GRO on there"
        : "add it to director.interfaces (some can only where a program is), mode = \"generic\", or"
            + " route by another one";
  }

  /**
   * With forwarding on, what the program leaves to the kernel of packets for a VIP goes where the
   * route to the VIP leads.
   */
  private Finding vipRoutes() {
    List<String> out = job.vips().stream().flatMap(vip -> out(vip).stream()).sorted().toList();
    return out.isEmpty()
        ? fine("vip_routes", "", "none leads out of this machine")
        : warning(
            "vip_routes",
            "",
            "out of this machine: " + named(out),
            "what the program leaves to the kernel goes back to the router, and comes again, and"
                + " again: ip route add blackhole VIP (checks through the tunnel then need routes of"
                + " their own: docs/health.md)");
  }

  private Optional<String> out(Prefix vip) {
    return machine
        .network()
        .route(vip.address())
        .filter(route -> route.ifindex() != LOOPBACK)
        .map(route -> vip + way(route));
  }

  private static String way(ChosenRoute route) {
    return route.gateway().map(gateway -> " by " + gateway).orElse(" on the link");
  }
}
