package io.lbdirector.doctor;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Encapsulation;
import io.lbdirector.config.DirectorConfig.Gateway;
import io.lbdirector.config.DirectorConfig.Mode;
import io.lbdirector.director.EgressSettings;
import io.lbdirector.director.GatewayTrackerSettings;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.os.IpFamily;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a director is to do on this machine.
 *
 * @param instance empty if no config says
 * @param egress whom packets go to as routes say; none: they go through gateways
 * @param families that packets go to; none: those with a default route
 * @param overhead bytes of outer headers at most
 * @param backends that are sent to, as far as known
 * @param vips that it takes packets for, as far as known
 */
record DirectorJob(
    Optional<String> instance,
    List<String> interfaces,
    Mode mode,
    GatewayTrackerSettings gateways,
    EgressSettings egress,
    Set<IpFamily> families,
    int overhead,
    Set<IpAddress> backends,
    Optional<IpAddress> sourceIp,
    Optional<IpAddress> sourceIp6,
    Set<Prefix> vips,
    Optional<Path> stateDir,
    Optional<Path> socket) {

  static DirectorJob of(DirectorConfig config) {
    DirectorConfig.Director director = config.director();
    return new DirectorJob(
        Optional.of(director.instance()),
        director.interfaces(),
        director.mode(),
        GatewayTrackerSettings.of(director),
        EgressSettings.of(config),
        families(director),
        config.tables().stream().mapToInt(DirectorJob::overhead).max().orElseThrow(),
        config.tables().stream()
            .flatMap(table -> table.pool().stream())
            .map(Backend::address)
            .collect(Collectors.toSet()),
        director.sourceIp(),
        director.sourceIp6(),
        config.binds().stream().map(Bind::prefix).collect(Collectors.toSet()),
        Optional.of(director.stateDir()),
        Optional.of(config.admin().socket()));
  }

  /** Only an interface is known: two hops over IPv4 are assumed, as is usual. */
  static DirectorJob on(String interfaceName) {
    Gateway auto = new Gateway.Auto();
    return new DirectorJob(
        Optional.empty(),
        List.of(interfaceName),
        Mode.AUTO,
        new GatewayTrackerSettings(auto, auto, true, true),
        EgressSettings.NONE,
        Set.of(),
        Mtu.overhead(IpFamily.V4, Mtu.USUAL_HOPS),
        Set.of(),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Optional.empty());
  }

  private static Set<IpFamily> families(DirectorConfig.Director director) {
    return Stream.of(director.sourceIp(), director.sourceIp6())
        .flatMap(Optional::stream)
        .map(IpFamily::of)
        .collect(Collectors.toSet());
  }

  private static int overhead(DirectorConfig.Table table) {
    List<Backend> pool = table.pool();
    IpFamily family = IpFamily.of(pool.get(0).address());
    return table.encapsulation() == Encapsulation.IPIP
        ? Mtu.ipipOverhead(family)
        : Mtu.overhead(family, Math.min(table.hops(), pool.size()));
  }

  /** Whether packets leave as the kernel's routes say. */
  boolean isRouted() {
    return !egress.backends().isEmpty();
  }

  Gateway gateway(IpFamily family) {
    return family == IpFamily.V4 ? gateways.gateway() : gateways.gateway6();
  }
}
