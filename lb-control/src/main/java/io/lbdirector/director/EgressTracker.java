package io.lbdirector.director;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.AddressInfo;
import io.lbdirector.os.Netlink;
import io.lbdirector.os.NetworkEvent;
import io.lbdirector.os.NetworkMonitor;
import io.lbdirector.os.NextHop;
import io.lbdirector.os.OsException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the interfaces that packets may leave by, and under {@code egress = "fib"} the next hops
 * on the way to the backends, and has the kernel keep those fresh: XDP's packets do not, and those
 * to a neighbour that is not known are dropped.
 *
 * <p>Next hops are those of the kernel's routes to each backend, all of them where a route has
 * several. Routes are read again after every change of a route or link, and once a period for what
 * the kernel tells nothing of, as its rules; yet reading takes no more than a tenth of the time. No
 * more than {@value #MOST_ASKS} neighbours are asked for in a tick of {@value #TICK_MS} ms.
 *
 * <p>It belongs to the network namespace of the thread that calls {@link #start}. All that follows
 * happens on one thread of its own. Needs CAP_NET_ADMIN.
 */
public final class EgressTracker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EgressTracker.class);
  private static final Duration PERIOD = Duration.ofSeconds(10);
  private static final int TICK_MS = 100;
  private static final int MOST_ASKS = 100;
  private static final long LEAST_PAUSE_NANOS = Duration.ofMillis(200).toNanos();
  private static final int PAUSES_PER_READ = 9;

  private final Duration period;
  private final OwnerThread thread = new OwnerThread("egress-tracker");
  private final AtomicBoolean readWanted = new AtomicBoolean();
  private final EgressHops hops;
  private final Map<NextHop, String> complaints = new HashMap<>();
  private Consumer<EgressState> onChange;
  private Netlink netlink;
  private NetworkMonitor monitor;
  private EgressState told;
  private long readAt;
  private long pauseNanos = LEAST_PAUSE_NANOS;

  public EgressTracker() {
    this(PERIOD);
  }

  /**
   * @param period how often each next hop is confirmed, and routes are read whatever happens
   */
  EgressTracker(Duration period) {
    this.period = period;
    this.hops = new EgressHops(period);
  }

  /**
   * Reads what there is, and from now on follows events. Once only.
   *
   * @param listener told of the first state before this returns, and of every other afterwards, on
   *     the tracker's thread
   * @throws OsException if the kernel refuses
   */
  public void start(EgressSettings settings, Consumer<EgressState> listener) {
    onChange = listener;
    try {
      monitor = NetworkMonitor.open(this::heard);
      netlink = Netlink.open();
      Failures.join(
          thread.ask(
              () -> {
                take(settings);
                return null;
              }));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    monitor.start();
    tickLater();
  }

  /** Takes other settings. Returns at once; does nothing if they are not new. */
  public void reconfigure(EgressSettings settings) {
    thread.tell(
        () -> {
          if (!settings.equals(hops.settings())) {
            take(settings);
          }
        });
  }

  private void take(EgressSettings settings) {
    hops.configure(settings);
    read();
    work();
  }

  /** On the monitor's thread. A flood of routes costs one flag. */
  private void heard(NetworkEvent event) {
    if (event instanceof NetworkEvent.NeighbourChanged changed) {
      thread.tell(() -> hops.neighbour(changed.neighbour()));
    } else if (event instanceof NetworkEvent.NeighbourRemoved removed) {
      NextHop gone = new NextHop(removed.ifindex(), removed.address());
      thread.tell(() -> hops.neighbourRemoved(gone));
    } else if (readWanted.compareAndSet(false, true)) {
      thread.tell(this::work);
    }
  }

  private void tickLater() {
    thread.tellLater(
        Duration.ofMillis(TICK_MS),
        () -> {
          tickLater();
          work();
        });
  }

  private void work() {
    long sinceRead = System.nanoTime() - readAt;
    if (sinceRead >= period.toNanos() || (readWanted.get() && sinceRead >= pauseNanos)) {
      read();
    }
    hops.due(System.nanoTime(), MOST_ASKS).forEach(this::ask);
    if (hops.takeChanged()) {
      tell(hops.state());
    }
  }

  private void tell(EgressState now) {
    if (!now.equals(told)) {
      told = now;
      onChange.accept(now);
    }
  }

  /** Routes before neighbours: a new next hop may be one that the kernel knows already. */
  private void read() {
    long begun = System.nanoTime();
    pauseNanos = period.toNanos(); // if this fails
    readAt = begun;
    readWanted.set(false);
    Map<IpAddress, List<NextHop>> routes = routes(hops.settings());
    hops.read(netlink.links(), routes, routes.isEmpty() ? List.of() : netlink.neighbours());
    readAt = System.nanoTime();
    pauseNanos = Math.max(LEAST_PAUSE_NANOS, PAUSES_PER_READ * (readAt - begun));
  }

  /** From the outer source, as rules may want it, unless it is no address of this machine. */
  private Map<IpAddress, List<NextHop>> routes(EgressSettings settings) {
    Map<IpAddress, List<NextHop>> routes = new HashMap<>();
    if (!settings.backends().isEmpty()) {
      Set<IpAddress> own =
          netlink.addresses().stream().map(AddressInfo::address).collect(Collectors.toSet());
      for (IpAddress backend : settings.backends()) {
        Optional<IpAddress> source = settings.source(backend).filter(own::contains);
        routes.put(backend, netlink.nextHops(backend, source));
      }
    }
    return routes;
  }

  /** What the kernel refuses is tried again in a while, and told when the reason is a new one. */
  private void ask(NextHop hop) {
    try {
      netlink.resolve(hop.ifindex(), hop.address());
      complaints.remove(hop);
    } catch (OsException e) {
      hops.refused(hop);
      if (!e.getMessage().equals(complaints.put(hop, e.getMessage()))) {
        LOG.atWarn()
            .addKeyValue("next_hop", hop.address())
            .addKeyValue("reason", e.getMessage())
            .log("next hop not confirmed");
      }
    }
  }

  /** Ends all of it. When this returns the listener is not running and will not be called again. */
  @Override
  public void close() {
    if (monitor != null) {
      monitor.close();
    }
    thread.close();
    if (netlink != null) {
      netlink.close();
    }
  }
}
