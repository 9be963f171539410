package io.lbdirector.director;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.LinkInfo;
import io.lbdirector.os.NeighbourInfo;
import io.lbdirector.os.Netlink;
import io.lbdirector.os.NetworkEvent;
import io.lbdirector.os.NetworkMonitor;
import io.lbdirector.os.OsException;
import io.lbdirector.os.RouteInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the interfaces of a director and the gateways behind them, and has the kernel keep the
 * gateways' MACs fresh, since packets that XDP sends do not. What it decides is in {@link
 * GatewayTrackerHop}; here is what it hears and asks.
 *
 * <p>It belongs to the network namespace of the thread that calls {@link #start}. All that follows
 * happens on one thread of its own. Needs CAP_NET_ADMIN.
 */
public final class GatewayTracker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayTracker.class);
  private static final Duration PERIOD = Duration.ofSeconds(10);

  /** How often it looks whether something is due. */
  private static final Duration LONGEST_TICK = Duration.ofSeconds(1);

  /** A change of state is handled in far less, unless the listener hangs. */
  private static final Duration END_TIMEOUT = Duration.ofSeconds(10);

  private final List<String> interfaces;
  private final Duration period;
  private final ScheduledExecutorService thread =
      new ScheduledThreadPoolExecutor(1, this::newThread, new ThreadPoolExecutor.DiscardPolicy());
  private final AtomicBoolean readPending = new AtomicBoolean();
  private final List<GatewayTrackerPort> tracked = new ArrayList<>();
  private final Map<Asked, String> complaints = new HashMap<>();
  private final GatewayTrackerSettings settings;
  private boolean unread;
  private Consumer<PortState> onChange;
  private Netlink netlink;
  private NetworkMonitor monitor;
  private volatile List<PortState> ports = List.of();
  private volatile Thread worker;

  /** One address is the gateway of many an interface, as fe80::1 is. */
  private record Asked(int ifindex, IpAddress address) {}

  /**
   * @param interfaces at least one, distinct
   */
  public GatewayTracker(List<String> interfaces, GatewayTrackerSettings settings) {
    this(interfaces, settings, PERIOD);
  }

  /**
   * @param period how often each gateway is confirmed
   */
  GatewayTracker(List<String> interfaces, GatewayTrackerSettings settings, Duration period) {
    this.interfaces = List.copyOf(interfaces);
    this.settings = settings;
    this.period = period;
  }

  /**
   * Reads links, routes and neighbours, asks the kernel to resolve what it does not know, and from
   * now on follows events. {@link #ports} has the answer when this returns; a MAC that must be
   * asked for comes a moment later. Once only.
   *
   * @param listener told of every port before this returns, on this thread, and afterwards of each
   *     port whose state changes, on the tracker's thread; never of an older state after a newer
   *     one. What it throws is logged
   * @throws OsException if an interface is missing, or the kernel refuses
   * @throws IllegalArgumentException if an interface is not an Ethernet interface
   */
  public void start(Consumer<PortState> listener) {
    onChange = listener;
    try {
      monitor = NetworkMonitor.open(this::heard);
      netlink = Netlink.open();
      List<LinkInfo> links = netlink.links();
      for (String name : interfaces) {
        tracked.add(new GatewayTrackerPort(find(name, links), settings, period));
      }
      readAll();
      ports = states();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    ports.forEach(this::tell);
    long tickNanos = Math.min(period.toNanos(), LONGEST_TICK.toNanos());
    thread.scheduleWithFixedDelay(guarded(this::tick), tickNanos, tickNanos, TimeUnit.NANOSECONDS);
    monitor.start();
  }

  /** The ports as last known, in the order of the interfaces. From any thread. */
  public List<PortState> ports() {
    return ports;
  }

  /**
   * Takes other settings. Packets keep going to the last gateway until the new one's MAC is known;
   * the listener is told of every change. Returns at once; does nothing after {@link #close}.
   */
  public void reconfigure(GatewayTrackerSettings newSettings) {
    post(
        () -> {
          tracked.forEach(port -> port.configure(newSettings));
          publish();
          requestRead();
        });
  }

  /**
   * Ends all of it. When this returns the listener is not running and will not be called again,
   * unless it is the listener that closes.
   */
  @Override
  public void close() {
    if (monitor != null) {
      monitor.close();
    }
    thread.shutdownNow();
    if (Thread.currentThread() != worker) {
      awaitEnd();
    }
    if (netlink != null) {
      netlink.close();
    }
  }

  /** On the monitor's thread: hands over what may concern us. */
  private void heard(NetworkEvent event) {
    if (event instanceof NetworkEvent.RoutesChanged || event instanceof NetworkEvent.Resync) {
      requestRead();
    } else if (!(event instanceof NetworkEvent.OtherRoutesChanged)) {
      post(() -> take(event));
    }
  }

  private void take(NetworkEvent event) {
    if (event instanceof NetworkEvent.LinkChanged changed) {
      linkChanged(changed.link());
    } else if (event instanceof NetworkEvent.LinkRemoved removed) {
      linkChanged(removed.link());
    } else if (event instanceof NetworkEvent.NeighbourChanged changed) {
      NeighbourInfo neighbour = changed.neighbour();
      onPort(neighbour.ifindex(), port -> port.neighbour(neighbour));
    } else if (event instanceof NetworkEvent.NeighbourRemoved removed) {
      onPort(removed.ifindex(), port -> port.neighbourRemoved(removed.address()));
    }
  }

  /** The kernel is silent about routes that a link takes along, so all is read again. */
  private void linkChanged(LinkInfo link) {
    if (tracked.stream().anyMatch(port -> port.isAbout(link))) {
      requestRead();
    }
  }

  private void onPort(int ifindex, Consumer<GatewayTrackerPort> action) {
    List<GatewayTrackerPort> about =
        tracked.stream().filter(port -> port.isAbout(ifindex)).toList();
    if (!about.isEmpty()) {
      about.forEach(action);
      resolveDue();
      publish();
    }
  }

  /** However many events ask for it, one reading is under way at most, and one to come. */
  private void requestRead() {
    if (readPending.compareAndSet(false, true)) {
      post(
          () -> {
            readPending.set(false);
            readAll();
            publish();
          });
    }
  }

  /** Routes before neighbours: a new gateway may be one that the kernel knows already. */
  private void readAll() {
    unread = true;
    List<LinkInfo> links = netlink.links();
    List<RouteInfo> routes = netlink.defaultRoutes();
    List<NeighbourInfo> neighbours = netlink.neighbours();
    tracked.forEach(port -> port.read(links, routes, neighbours));
    unread = false;
    resolveDue();
  }

  private void tick() {
    if (unread) {
      readAll();
      publish();
    }
    resolveDue();
  }

  private void resolveDue() {
    for (GatewayTrackerPort port : tracked) {
      for (IpAddress address : port.due(System.nanoTime())) {
        resolve(port.state().ifindex(), address);
      }
    }
  }

  /** What the kernel refuses is tried again in a while, and told when the reason is a new one. */
  private void resolve(int ifindex, IpAddress address) {
    Asked asked = new Asked(ifindex, address);
    try {
      netlink.resolve(ifindex, address);
      complaints.remove(asked);
    } catch (OsException e) {
      if (!e.getMessage().equals(complaints.put(asked, e.getMessage()))) {
        LOG.atWarn()
            .addKeyValue("gateway", address)
            .addKeyValue("reason", e.getMessage())
            .log("gateway not confirmed");
      }
    }
  }

  private void publish() {
    List<PortState> before = ports;
    ports = states();
    for (int i = 0; i < ports.size(); i++) {
      PortState now = ports.get(i);
      if (!now.equals(before.get(i))) {
        tell(now);
      }
    }
  }

  private void tell(PortState port) {
    guarded(() -> onChange.accept(port)).run();
  }

  private List<PortState> states() {
    return tracked.stream().map(GatewayTrackerPort::state).toList();
  }

  private static LinkInfo find(String name, List<LinkInfo> links) {
    return links.stream()
        .filter(link -> link.name().equals(name))
        .findFirst()
        .orElseThrow(() -> Interfaces.missing(name));
  }

  private void post(Runnable task) {
    thread.execute(guarded(task));
  }

  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.error("gateway tracker failed, goes on", e);
      }
    };
  }

  private Thread newThread(Runnable task) {
    worker = new Thread(task, "gateway-tracker");
    worker.setDaemon(true);
    return worker;
  }

  private void awaitEnd() {
    try {
      if (!thread.awaitTermination(END_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.atWarn().addKeyValue("timeout", END_TIMEOUT).log("gateway tracker does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
