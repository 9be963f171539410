package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig.Gateway;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.NeighbourInfo;
import io.lbdirector.os.RouteInfo;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides the next hop of one address family on one interface. Two things are apart: the
 * <em>target</em>, which the config or the default route names, and the hop <em>in use</em>, which
 * packets go to. The target comes into use as soon as its MAC is known; until then, whatever
 * happens to it, the last MAC stays: packets to a gateway that is perhaps gone beat packets to
 * none.
 */
final class GatewayTrackerHop {
  static final String UNKNOWN = "unknown";
  static final String CONFIGURED = "configured";

  private static final Set<NeighbourInfo.State> DOUBTFUL =
      Set.of(NeighbourInfo.State.STALE, NeighbourInfo.State.FAILED, NeighbourInfo.State.NONE);

  private final GatewayTrackerPace<IpAddress> pace;
  private Gateway setting;
  private boolean wanted;
  private Optional<IpAddress> target = Optional.empty();
  private Optional<IpAddress> address = Optional.empty();
  private Optional<MacAddress> mac = Optional.empty();
  private String state = UNKNOWN;

  GatewayTrackerHop(Gateway setting, boolean wanted, GatewayTrackerPace<IpAddress> pace) {
    this.pace = pace;
    configure(setting, wanted);
  }

  /** In use now, or to be once its MAC is known. */
  Optional<IpAddress> address() {
    return address;
  }

  Optional<MacAddress> mac() {
    return mac;
  }

  /** As {@link PortState} describes it. */
  String state() {
    return state;
  }

  /** Takes other settings; the hop in use stays until they yield one. */
  void configure(Gateway newSetting, boolean newWanted) {
    setting = newSetting;
    wanted = newWanted;
    if (!wanted) {
      target = Optional.empty();
      use(Optional.empty(), Optional.empty(), UNKNOWN);
    } else if (setting instanceof Gateway.Mac configured) {
      target = Optional.empty();
      use(Optional.empty(), Optional.of(configured.mac()), CONFIGURED);
    } else if (setting instanceof Gateway.Address configured) {
      aimAt(configured.address());
    }
  }

  /**
   * Takes the default routes of this interface and family as they are now. Without any, the target
   * stays; among equally good ones too.
   *
   * @param routes the best first
   */
  void routes(List<RouteInfo> routes) {
    List<RouteInfo> usable = routes.stream().filter(r -> r.gateway().isPresent()).toList();
    if (!wanted || !(setting instanceof Gateway.Auto) || usable.isEmpty()) {
      return;
    }
    RouteInfo best = usable.get(0);
    boolean targetIsAsGood =
        usable.stream()
            .filter(route -> RouteInfo.PREFERENCE.compare(route, best) == 0)
            .anyMatch(route -> route.gateway().equals(target));
    if (!targetIsAsGood) {
      aimAt(best.gateway().orElseThrow());
    }
  }

  /** Takes what the kernel thinks of one neighbour on this interface. */
  void neighbour(NeighbourInfo neighbour) {
    boolean inUse = address.equals(Optional.of(neighbour.address()));
    boolean isTarget = target.equals(Optional.of(neighbour.address()));
    if (inUse || (isTarget && neighbour.mac().isPresent())) {
      use(
          Optional.of(neighbour.address()),
          neighbour.mac().or(() -> mac),
          neighbour.state().toString());
    }
    if ((inUse || isTarget) && DOUBTFUL.contains(neighbour.state())) {
      pace.doubt(neighbour.address());
    }
  }

  /** The kernel knows nothing of this neighbour any more. */
  void neighbourRemoved(IpAddress gone) {
    if (address.equals(Optional.of(gone))) {
      state = UNKNOWN;
    }
    if (followed().contains(gone)) {
      pace.doubt(gone);
    }
  }

  /** All neighbours of this interface, in place of what was told of them before. */
  void neighbours(List<NeighbourInfo> all) {
    for (IpAddress followed : followed()) {
      all.stream()
          .filter(neighbour -> neighbour.address().equals(followed))
          .findFirst()
          .ifPresentOrElse(this::neighbour, () -> neighbourRemoved(followed));
    }
  }

  /** The addresses that the kernel is to keep resolved: the target, and what is in use. */
  Set<IpAddress> followed() {
    Set<IpAddress> followed = new HashSet<>();
    target.ifPresent(followed::add);
    address.ifPresent(followed::add);
    return followed;
  }

  private void aimAt(IpAddress newTarget) {
    target = Optional.of(newTarget);
    if (mac.isEmpty()) {
      use(target, Optional.empty(), UNKNOWN);
    }
  }

  private void use(Optional<IpAddress> newAddress, Optional<MacAddress> newMac, String newState) {
    address = newAddress;
    mac = newMac;
    state = newState;
  }
}
