package io.lbdirector.director;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.IpFamily;
import io.lbdirector.os.LinkInfo;
import io.lbdirector.os.NeighbourInfo;
import io.lbdirector.os.RouteInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is known of one interface, found by its name: the link, and the next hop of each family.
 * Does no I/O; one thread at a time.
 */
final class GatewayTrackerPort {
  private final String name;
  private final GatewayTrackerPace<IpAddress> pace;
  private final GatewayTrackerHop hop4;
  private final GatewayTrackerHop hop6;
  private LinkInfo link;
  private MacAddress mac;
  private boolean present = true;

  /**
   * @throws IllegalArgumentException if the link is not an Ethernet link
   */
  GatewayTrackerPort(LinkInfo link, GatewayTrackerSettings settings, Duration period) {
    this.name = link.name();
    this.link = link;
    this.mac =
        link.mac()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "interface " + link.name() + " has no Ethernet address; name another one"));
    this.pace = new GatewayTrackerPace<>(period);
    this.hop4 = new GatewayTrackerHop(settings.gateway(), settings.want4(), pace);
    this.hop6 = new GatewayTrackerHop(settings.gateway6(), settings.want6(), pace);
  }

  void configure(GatewayTrackerSettings settings) {
    hop4.configure(settings.gateway(), settings.want4());
    hop6.configure(settings.gateway6(), settings.want6());
  }

  /** Whether an event about this link is about this port. */
  boolean isAbout(LinkInfo other) {
    return other.name().equals(name) || isAbout(other.ifindex());
  }

  /** Not while the link is gone: the kernel may give its index to another. */
  boolean isAbout(int ifindex) {
    return present && ifindex == link.ifindex();
  }

  /** All links, routes and neighbours there are now, in place of what was told before. */
  void read(List<LinkInfo> links, List<RouteInfo> routes, List<NeighbourInfo> neighbours) {
    readLink(links.stream().filter(other -> other.name().equals(name)).findFirst());
    hop4.routes(ofThisPort(routes, IpFamily.V4));
    hop6.routes(ofThisPort(routes, IpFamily.V6));
    List<NeighbourInfo> own =
        neighbours.stream().filter(neighbour -> isAbout(neighbour.ifindex())).toList();
    hop4.neighbours(own);
    hop6.neighbours(own);
  }

  void neighbour(NeighbourInfo neighbour) {
    hop4.neighbour(neighbour);
    hop6.neighbour(neighbour);
  }

  void neighbourRemoved(IpAddress address) {
    hop4.neighbourRemoved(address);
    hop6.neighbourRemoved(address);
  }

  /** What the kernel is to resolve now, counted as asked for; nothing while the link is down. */
  Set<IpAddress> due(long nowNanos) {
    if (!isUp()) {
      return Set.of();
    }
    Set<IpAddress> followed = new TreeSet<>(hop4.followed());
    followed.addAll(hop6.followed());
    return pace.due(followed, nowNanos);
  }

  PortState state() {
    return new PortState(
        link.ifindex(),
        name,
        mac,
        link.mtu(),
        isUp(),
        hop4.address(),
        hop4.mac(),
        hop4.state(),
        hop6.address(),
        hop6.mac(),
        hop6.state());
  }

  private boolean isUp() {
    return present && link.up();
  }

  /** A link that is gone leaves all as it was, but not up. */
  private void readLink(Optional<LinkInfo> found) {
    boolean wasUp = isUp();
    int oldIndex = link.ifindex();
    present = found.isPresent();
    link = found.orElse(link);
    mac = link.mac().orElse(mac);
    if (isUp() && (!wasUp || oldIndex != link.ifindex())) {
      pace.restart();
    }
  }

  private List<RouteInfo> ofThisPort(List<RouteInfo> routes, IpFamily family) {
    return routes.stream()
        .filter(route -> route.family() == family && isAbout(route.ifindex()))
        .sorted(RouteInfo.PREFERENCE)
        .toList();
  }
}
