package io.lbdirector.director;

import io.lbdirector.director.EgressState.Hop;
import io.lbdirector.director.EgressState.Standing;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.LinkInfo;
import io.lbdirector.os.NeighbourInfo;
import io.lbdirector.os.NextHop;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The next hops on the way to all backends, and which of them the kernel is to be asked about. Does
 * no I/O; one thread at a time.
 */
final class EgressHops {
  private static final int LOOPBACK = 1; // in every namespace

  private static final Set<NeighbourInfo.State> DOUBTFUL =
      Set.of(NeighbourInfo.State.STALE, NeighbourInfo.State.FAILED, NeighbourInfo.State.NONE);

  private final GatewayTrackerPace<NextHop> pace;
  private EgressSettings settings = EgressSettings.NONE;
  private final Map<Integer, LinkInfo> links = new HashMap<>();
  private final Map<NextHop, Integer> backends = new HashMap<>(); // how many, of each hop
  private final Set<IpAddress> unrouted = new HashSet<>();
  private final Map<NextHop, Standing> standings = new HashMap<>();
  private boolean changed;

  EgressHops(Duration period) {
    pace = new GatewayTrackerPace<>(period);
  }

  EgressSettings settings() {
    return settings;
  }

  /** What is known of the ways to others is forgotten with {@link #read}. */
  void configure(EgressSettings newSettings) {
    settings = newSettings;
    changed = true;
  }

  /**
   * All there is now, in place of what was told before.
   *
   * @param routes where packets to each backend may go
   */
  void read(
      List<LinkInfo> allLinks,
      Map<IpAddress, List<NextHop>> routes,
      List<NeighbourInfo> neighbours) {
    changed = true;
    links.clear();
    allLinks.forEach(link -> links.put(link.ifindex(), link));
    backends.clear();
    unrouted.clear();
    routes.forEach(
        (backend, hops) -> {
          hops.forEach(hop -> backends.merge(hop, 1, Integer::sum));
          if (hops.isEmpty()) {
            unrouted.add(backend);
          }
        });
    standings.keySet().retainAll(backends.keySet());
    Set<NextHop> gone = new HashSet<>(backends.keySet());
    for (NeighbourInfo neighbour : neighbours) {
      neighbour(neighbour);
      gone.remove(hop(neighbour));
    }
    gone.forEach(this::neighbourRemoved);
  }

  private static NextHop hop(NeighbourInfo neighbour) {
    return new NextHop(neighbour.ifindex(), neighbour.address());
  }

  void neighbour(NeighbourInfo neighbour) {
    NextHop hop = hop(neighbour);
    if (!backends.containsKey(hop)) {
      return;
    }
    if (isUsable(neighbour)) {
      stands(hop, Standing.KNOWN);
    } else if (neighbour.state() == NeighbourInfo.State.FAILED) {
      stands(hop, Standing.SILENT);
    } else {
      lost(hop);
    }
    if (DOUBTFUL.contains(neighbour.state())) {
      pace.doubt(hop);
    }
  }

  private void stands(NextHop hop, Standing standing) {
    changed |= standings.put(hop, standing) != standing;
  }

  /** One that was silent is so until it answers, however often it is asked. */
  private void lost(NextHop hop) {
    if (standings.get(hop) != Standing.SILENT) {
      stands(hop, Standing.ASKED);
    }
  }

  private static boolean isUsable(NeighbourInfo neighbour) {
    return neighbour.mac().isPresent()
        && neighbour.state() != NeighbourInfo.State.FAILED
        && neighbour.state() != NeighbourInfo.State.INCOMPLETE
        && neighbour.state() != NeighbourInfo.State.NONE;
  }

  /** The kernel knows nothing of this neighbour any more. */
  void neighbourRemoved(NextHop hop) {
    if (backends.containsKey(hop)) {
      lost(hop);
      pace.doubt(hop);
    }
  }

  /** The kernel would not even ask for it. */
  void refused(NextHop hop) {
    if (standings.get(hop) != Standing.KNOWN) {
      stands(hop, Standing.SILENT);
    }
  }

  /**
   * Which neighbours the kernel is to find or confirm now; counts them as asked.
   *
   * @param nowNanos of a clock that only grows
   * @param most that may be asked for at a time
   */
  Set<NextHop> due(long nowNanos, int most) {
    return pace.due(backends.keySet(), nowNanos, most);
  }

  /** Whether {@link #state} may be another since this was asked last. */
  boolean takeChanged() {
    boolean was = changed;
    changed = false;
    return was;
  }

  EgressState state() {
    return new EgressState(
        settings,
        links.values().stream()
            .filter(link -> link.mac().isPresent() && link.ifindex() != LOOPBACK)
            .map(LinkInfo::ifindex)
            .collect(Collectors.toUnmodifiableSet()),
        sorted().entrySet().stream().map(e -> describe(e.getKey(), e.getValue())).toList(),
        new TreeSet<>(unrouted));
  }

  private Map<NextHop, Integer> sorted() {
    Map<NextHop, Integer> sorted =
        new TreeMap<>(Comparator.comparing(NextHop::ifindex).thenComparing(NextHop::address));
    sorted.putAll(backends);
    return sorted;
  }

  private Hop describe(NextHop hop, int count) {
    LinkInfo link = links.get(hop.ifindex());
    return new Hop(
        hop.address(),
        link == null ? Integer.toString(hop.ifindex()) : link.name(),
        standings.getOrDefault(hop, Standing.ASKED),
        count);
  }
}
