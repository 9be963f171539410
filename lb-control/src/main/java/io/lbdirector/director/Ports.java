package io.lbdirector.director;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.PortLayout;
import io.lbdirector.bpf.BpfException;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.IpFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How frames leave the interfaces: what is known of it, and what the program was told. Confined to
 * the director's thread.
 *
 * <p>A gateway's MAC that the program has already, from an earlier daemon perhaps, is kept until
 * another is known: a daemon that has just started knows less than the program. An entry that the
 * kernel refuses is tried again with every change of any port.
 */
final class Ports {
  private static final Logger LOG = LoggerFactory.getLogger(Ports.class);

  private final DataPlane plane;
  private final String first;
  private final Map<String, PortState> known = new LinkedHashMap<>();
  private final Map<String, PortState> written = new HashMap<>();
  private Set<IpFamily> wanted;
  private Wait wait = new Wait(Set.of(), new CompletableFuture<>());

  /** Somebody who waits for the gateways of some families; one at a time. */
  private record Wait(Set<IpFamily> families, CompletableFuture<Void> over) {}

  /**
   * @param first name of the interface whose entry serves all that have none
   * @param wanted families that packets go to
   */
  Ports(DataPlane plane, String first, Set<IpFamily> wanted) {
    this.plane = plane;
    this.first = first;
    this.wanted = wanted;
  }

  /** From now on packets go to these families; what is known of others is not kept. */
  void want(Set<IpFamily> families) {
    wanted = families;
  }

  /**
   * Takes note of a port, and tells the program.
   *
   * @throws BpfException if the kernel refuses; see {@link #unwritten}
   */
  void take(PortState port) {
    PortState now = port;
    for (IpFamily family : wanted) {
      if (port.gatewayMac(family).isEmpty()) {
        now = now.withGatewayMac(family, lastMac(port, family));
      }
    }
    known.put(now.name(), now);
    writeAll();
    endWait();
  }

  /** One that the kernel refuses holds up no other. */
  private void writeAll() {
    List<BpfException> refusals = new ArrayList<>();
    for (PortState port : known.values()) {
      if (!isWritten(port)) {
        try {
          write(port);
        } catch (BpfException e) {
          refusals.add(e);
        }
      }
    }
    if (!refusals.isEmpty()) {
      BpfException first = refusals.remove(0);
      refusals.forEach(first::addSuppressed);
      throw first;
    }
  }

  private Optional<MacAddress> lastMac(PortState port, IpFamily family) {
    PortState before = known.get(port.name());
    if (before != null) {
      return before.gatewayMac(family);
    }
    return plane
        .port(port.ifindex())
        .flatMap(entry -> family == IpFamily.V4 ? entry.gateway() : entry.gateway6());
  }

  private boolean isWritten(PortState port) {
    PortState last = written.get(port.name());
    return last != null
        && last.ifindex() == port.ifindex()
        && Arrays.equals(encode(last), encode(port));
  }

  private static byte[] encode(PortState port) {
    return PortLayout.encode(port.mac(), port.gatewayMac(), port.gateway6Mac(), port.mtu());
  }

  private void write(PortState port) {
    plane.setPort(port.ifindex(), encode(port));
    if (port.name().equals(first)) {
      plane.setPort(Abi.DEFAULT_PORT, encode(port));
    }
    PortState before = written.put(port.name(), port);
    LOG.atInfo()
        .addKeyValue("interface", port.name())
        .addKeyValue("mac", port.mac())
        .addKeyValue("gateway_mac", port.gatewayMac().map(Object::toString).orElse("unknown"))
        .addKeyValue("gateway6_mac", port.gateway6Mac().map(Object::toString).orElse("unknown"))
        .addKeyValue("mtu", port.mtu())
        .log("port");
    if (before != null && !isOfAPort(before.ifindex())) {
      plane.removePort(before.ifindex());
    }
  }

  /** Interfaces that swap their names swap their indexes here. */
  private boolean isOfAPort(int ifindex) {
    return known.values().stream().anyMatch(port -> port.ifindex() == ifindex);
  }

  private void endWait() {
    if (unresolved(wait.families()).isEmpty()) {
      wait.over().complete(null);
    }
  }

  /**
   * Completes once every port that is up has the gateway's MAC of all {@code families}. Takes the
   * place of an earlier wait, which then never ends.
   */
  CompletableFuture<Void> resolved(Set<IpFamily> families) {
    wait = new Wait(families, new CompletableFuture<>());
    endWait();
    return wait.over();
  }

  /** The ports that are up without a MAC of a gateway of {@code families}. */
  List<PortState> unresolved(Set<IpFamily> families) {
    return known.values().stream().filter(port -> port.lacksGateway(families)).toList();
  }

  /** Names of the ports that the program does not know as they are: the kernel refused. */
  List<String> unwritten() {
    return known.values().stream().filter(p -> !isWritten(p)).map(PortState::name).toList();
  }

  Optional<PortState> of(String name) {
    return Optional.ofNullable(known.get(name));
  }

  /** All that is known, in the order in which it came to be known. */
  Collection<PortState> all() {
    return Collections.unmodifiableCollection(known.values());
  }
}
