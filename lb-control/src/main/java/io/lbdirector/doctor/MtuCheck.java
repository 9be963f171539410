package io.lbdirector.doctor;

import static io.lbdirector.doctor.Finding.fine;
import static io.lbdirector.doctor.Finding.warning;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.ChosenRoute;
import io.lbdirector.os.IpFamily;
import io.lbdirector.os.LinkInfo;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;

/** Whether a full packet of a client fits, outer headers and all. */
final class MtuCheck {
  private MtuCheck() {}

  /** A narrower part of the way: the route to one backend. */
  private record Narrow(IpAddress backend, int mtu) {}

  /**
   * @param overhead bytes of outer headers
   * @param routes the kernel's route to a backend
   */
  static Finding of(
      LinkInfo link,
      int overhead,
      Collection<IpAddress> backends,
      Function<IpAddress, Optional<ChosenRoute>> routes) {
    Optional<Narrow> narrowest =
        backends.stream()
            .sorted()
            .flatMap(backend -> narrow(link, backend, routes.apply(backend)).stream())
            .min(Comparator.comparingInt(Narrow::mtu));
    int mtu = narrowest.map(Narrow::mtu).orElse(link.mtu());
    String found =
        link.mtu()
            + narrowest.map(n -> ", " + n.mtu() + " by the route to " + n.backend()).orElse("");
    int needed = Mtu.needed(overhead);
    String numbers =
        "%s; %d is needed: %d of clients, %d of outer headers"
            .formatted(found, needed, Mtu.OF_CLIENTS, overhead);
    return mtu >= needed
        ? fine("mtu", link.name(), numbers)
        : warning("mtu", link.name(), numbers, remedy(link.name(), mtu, needed, overhead));
  }

  private static Optional<Narrow> narrow(
      LinkInfo link, IpAddress backend, Optional<ChosenRoute> route) {
    return route
        .filter(r -> r.ifindex() == link.ifindex() && r.mtu().isPresent())
        .map(r -> new Narrow(backend, r.mtu().getAsInt()))
        .filter(n -> n.mtu() < link.mtu());
  }

  private static String remedy(String name, int mtu, int needed, int overhead) {
    return ("uploads rely on ICMP: raise the MTU of %s (ip link set dev %s mtu %d) and of the whole way from"
            + " directors to backends, or give the backends' default routes advmss %d (IPv6: %d)")
        .formatted(
            name,
            name,
            needed,
            Mtu.segment(mtu, overhead, IpFamily.V4),
            Mtu.segment(mtu, overhead, IpFamily.V6));
  }
}
