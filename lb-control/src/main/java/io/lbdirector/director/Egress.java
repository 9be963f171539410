package io.lbdirector.director;

import io.lbdirector.bpf.BpfException;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.director.EgressState.Hop;
import io.lbdirector.director.EgressState.Standing;
import io.lbdirector.forwarding.IpAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where packets can leave to under {@code egress = "fib"}: what is known of it, and what the
 * program was told. Confined to the director's thread.
 */
final class Egress {
  private static final Logger LOG = LoggerFactory.getLogger(Egress.class);
  private static final int NAMED = 3;

  private final DataPlane plane;
  private Optional<EgressState> known = Optional.empty();
  private Wait wait = new Wait(Set.of(), new CompletableFuture<>());
  private String refusal = "";

  /** Somebody who waits for the next hops to some backends; one at a time. */
  private record Wait(Set<IpAddress> backends, CompletableFuture<Void> over) {}

  Egress(DataPlane plane) {
    this.plane = plane;
  }

  /** Takes note of the state, and lets packets leave by every interface there is. */
  void take(EgressState now) {
    known = Optional.of(now);
    allow(now.links());
    endWait();
  }

  /** One interface that the kernel refuses, perhaps as it is gone already, holds up no other. */
  private void allow(Set<Integer> links) {
    Set<Integer> missing = new HashSet<>(links);
    missing.removeAll(plane.egress());
    String refused = "";
    for (int ifindex : missing) {
      try {
        plane.addEgress(ifindex);
      } catch (BpfException e) {
        refused = e.getMessage();
      }
    }
    if (!refused.equals(refusal)) {
      refusal = refused;
      if (!refused.isEmpty()) {
        LOG.atWarn().addKeyValue("reason", refused).log("packets cannot leave by every interface");
      }
    }
  }

  private void endWait() {
    if (isSettled(wait.backends())) {
      wait.over().complete(null);
    }
  }

  private boolean isSettled(Set<IpAddress> backends) {
    return backends.isEmpty()
        || known
            .filter(state -> state.settings().backends().containsAll(backends))
            .filter(EgressState::isSettled)
            .isPresent();
  }

  /**
   * Completes once the next hops to all of {@code backends} have answered, or are given up. Takes
   * the place of an earlier wait, which then never ends.
   */
  CompletableFuture<Void> settled(Set<IpAddress> backends) {
    wait = new Wait(backends, new CompletableFuture<>());
    endWait();
    return wait.over();
  }

  /** Why no packet can leave to any of {@code backends}; empty if some can, or there are none. */
  Optional<String> missing(Set<IpAddress> backends) {
    if (backends.isEmpty() || known.filter(EgressState::anyKnown).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        known.filter(state -> !state.hops().isEmpty()).isPresent()
            ? "no next hop to a backend answers yet"
            : "no route leads to any backend");
  }

  /** What keeps packets from some of {@code backends}, in a sentence each. */
  List<String> warnings(Set<IpAddress> backends) {
    List<String> warnings = new ArrayList<>();
    if (!backends.isEmpty() && known.isPresent()) {
      List<IpAddress> unrouted =
          known.get().unrouted().stream().filter(backends::contains).toList();
      List<Hop> silent =
          known.get().hops().stream().filter(hop -> !hop.is(Standing.KNOWN)).toList();
      if (!unrouted.isEmpty()) {
        warnings.add(
            "director.egress = \"fib\": no route leads to %s; packets to it are dropped"
                .formatted(named(unrouted.stream().map(IpAddress::toString).toList())));
      }
      if (!silent.isEmpty()) {
        warnings.add(
            "director.egress = \"fib\": next hop %s does not answer; packets to it are dropped until it does"
                .formatted(named(silent.stream().map(Egress::words).toList())));
      }
    }
    return warnings;
  }

  private static String words(Hop hop) {
    return hop.address() + " on " + hop.interfaceName();
  }

  private static String named(List<String> all) {
    int more = all.size() - NAMED;
    return String.join(", ", all.subList(0, Math.min(NAMED, all.size())))
        + (more > 0 ? " and " + more + " more" : "");
  }
}
