package io.lbdirector.director;

import io.lbdirector.abi.NarrowLayout.Narrow;
import io.lbdirector.forwarding.IpAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says to which backends packets do not get through, because a router on the way has a narrower
 * link than the director was told: in the log, and to those who listen. Confined to one thread.
 */
final class NarrowNews {
  private static final Logger LOG = LoggerFactory.getLogger(NarrowNews.class);

  /** How long the same is not said again. */
  static final Duration QUIET = Duration.ofMinutes(10);

  private final Supplier<Map<IpAddress, Narrow>> ways;
  private final EventLog events;
  private final Clock clock;
  private final Map<IpAddress, Told> told = new HashMap<>();
  private Map<IpAddress, Narrow> seen;

  private record Told(long mtu, Instant at) {}

  /**
   * @param ways what is known of the way to each backend; what it says now is no news
   */
  NarrowNews(Supplier<Map<IpAddress, Narrow>> ways, EventLog events, Clock clock) {
    this.ways = ways;
    this.events = events;
    this.clock = clock;
    this.seen = ways.get();
  }

  /**
   * To be called from time to time.
   *
   * @param backends those that there are; of others anybody may claim anything
   */
  void tick(Set<IpAddress> backends) {
    Map<IpAddress, Narrow> now = ways.get();
    now.forEach(
        (backend, way) -> {
          Narrow before = seen.get(backend);
          boolean grown = before == null || before.packets() != way.packets();
          if (grown && backends.contains(backend) && isNews(backend, way)) {
            tell(backend, way);
          }
        });
    seen = now;
    told.keySet().retainAll(backends);
  }

  private boolean isNews(IpAddress backend, Narrow way) {
    Told last = told.get(backend);
    return last == null
        || last.mtu() != way.mtu()
        || !clock.instant().isBefore(last.at().plus(QUIET));
  }

  private void tell(IpAddress backend, Narrow way) {
    told.put(backend, new Told(way.mtu(), clock.instant()));
    LOG.atWarn()
        .addKeyValue("backend", backend)
        .addKeyValue("mtu", way.mtu())
        .addKeyValue("packets", way.packets())
        .log("way to a backend is narrower than mtu");
    String fits = way.mtu() == 0 ? "a size that it did not say" : way.mtu() + " bytes";
    events.add(
        "narrow",
        "a router on the way to %s lets through %s: packets above that are lost; widen the way, or set director.mtu"
            .formatted(backend, fits),
        Map.of("backend", backend.toString(), "mtu", way.mtu(), "packets", way.packets()));
  }
}
