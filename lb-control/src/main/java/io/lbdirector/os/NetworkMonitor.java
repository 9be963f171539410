package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of changes to links, neighbours and routes, in the network namespace of the thread that
 * opened it. Events count from {@link #open} on, so that whoever opens, then asks {@link Netlink},
 * then starts, misses nothing.
 */
public final class NetworkMonitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkMonitor.class);

  /** RTNLGRP_LINK (1), NEIGH (3), IPV4_ROUTE (7), IPV6_ROUTE (11), NEXTHOP (32, Linux 5.3). */
  static final int GROUPS = 1 | 1 << 2 | 1 << 6 | 1 << 10 | 1 << 31;

  /** Room for some ten thousand events while the listener is busy. */
  private static final int RECEIVE_BUFFER_BYTES = 8 << 20;

  private static final int EFD_CLOEXEC = 0x80000;

  /** After an error, so that one that lasts does not take a processor. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final NetlinkSocket socket;
  private final int wakeUp;
  private final Consumer<NetworkEvent> listener;
  private final Thread thread;
  private boolean unreadableReported;
  private volatile boolean closed;

  private NetworkMonitor(NetlinkSocket socket, int wakeUp, Consumer<NetworkEvent> listener) {
    this.socket = socket;
    this.wakeUp = wakeUp;
    this.listener = listener;
    this.thread = new Thread(this::run, "network-monitor");
    thread.setDaemon(true);
  }

  /**
   * Joins the kernel's groups; nothing is delivered before {@link #start}.
   *
   * @param listener called on the monitor's one thread, in the kernel's order; what it throws is
   *     logged
   * @throws OsException if the kernel refuses
   */
  public static NetworkMonitor open(Consumer<NetworkEvent> listener) {
    return open(listener, RECEIVE_BUFFER_BYTES);
  }

  static NetworkMonitor open(Consumer<NetworkEvent> listener, int receiveBufferBytes) {
    NetlinkSocket socket = NetlinkSocket.open(GROUPS);
    try {
      socket.receiveBuffer(receiveBufferBytes);
      return of(socket, listener);
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * @param socket in {@link #GROUPS}; closed with the monitor
   */
  static NetworkMonitor of(NetlinkSocket socket, Consumer<NetworkEvent> listener) {
    int wakeUp = Sys.check(Sys.LIBC.eventfd(0, EFD_CLOEXEC), "make eventfd");
    return new NetworkMonitor(socket, wakeUp, listener);
  }

  /** Starts delivery. Once only. */
  public void start() {
    thread.start();
  }

  /**
   * Ends delivery: when this returns, the listener is not running and will not be called again
   * (except if it is the listener itself that closes). An interrupt does not cut the wait short.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    byte[] one = Sys.nativeBuffer(Long.BYTES).putLong(1).array();
    Sys.LIBC.write(wakeUp, one, one.length);
    awaitEnd();
    Sys.LIBC.close(wakeUp);
    socket.close();
  }

  private void awaitEnd() {
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed) {
      try {
        if (Sys.awaitReadable(-1, socket.fd(), wakeUp) && !closed) {
          receive().forEach(this::deliver);
        }
      } catch (OsException e) {
        goOnAfter(e);
      }
    }
  }

  /** The kernel may report any error in place of an event (netlink_set_err): one is lost then. */
  private void goOnAfter(OsException e) {
    LOG.atError().addKeyValue("action", "resync").setCause(e).log("netlink not read, goes on");
    LockSupport.parkNanos(PAUSE_NANOS);
    deliver(new NetworkEvent.Resync());
  }

  /**
   * The events of the next datagram. ENOBUFS is the kernel's word that some were lost; it then
   * drops all that comes, without another word, until the queue has run empty (netlink_overrun in
   * net/netlink/af_netlink.c). Hence first drain, then resync.
   */
  private List<NetworkEvent> receive() {
    try {
      return socket.receive().stream()
          .map(NetworkMonitor::event)
          .flatMap(Optional::stream)
          .toList();
    } catch (OsException e) {
      if (e.errno() != Errno.ENOBUFS) {
        throw e;
      }
      socket.drain();
      return List.of(new NetworkEvent.Resync());
    } catch (RuntimeException e) {
      reportUnreadable(e);
      return List.of(new NetworkEvent.Resync());
    }
  }

  /**
   * A message that cannot be read says that something changed, and not what: the listener then asks
   * anew. Reported once, as its like may come at any rate.
   */
  private void reportUnreadable(RuntimeException e) {
    if (!unreadableReported) {
      unreadableReported = true;
      LOG.atError()
          .addKeyValue("action", "resync")
          .setCause(e)
          .log("netlink message not understood, later ones not logged");
    }
  }

  private void deliver(NetworkEvent event) {
    if (closed) {
      return;
    }
    try {
      listener.accept(event);
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("event", event).setCause(e).log("network event not handled");
    }
  }

  /** Empty for what nobody here needs to know. */
  static Optional<NetworkEvent> event(NetlinkMessage message) {
    return switch (message.type()) {
      case LinkCodec.NEW -> LinkCodec.parse(message.payload()).map(NetworkEvent.LinkChanged::new);
      case LinkCodec.DELETE ->
          LinkCodec.parse(message.payload()).map(NetworkEvent.LinkRemoved::new);
      case NeighbourCodec.NEW ->
          NeighbourCodec.parse(message.payload()).map(NetworkEvent.NeighbourChanged::new);
      case NeighbourCodec.DELETE ->
          NeighbourCodec.parse(message.payload())
              .map(gone -> new NetworkEvent.NeighbourRemoved(gone.ifindex(), gone.address()));
      case RouteCodec.NEW, RouteCodec.DELETE -> routesChanged(message.payload());
      case RouteCodec.NEXTHOP_DELETE, NetlinkMessage.OVERRUN ->
          Optional.of(new NetworkEvent.Resync());
      default -> Optional.empty();
    };
  }

  private static Optional<NetworkEvent> routesChanged(ByteBuffer payload) {
    Optional<NetworkEvent> ofDefault =
        RouteCodec.defaultRouteFamily(payload).map(NetworkEvent.RoutesChanged::new);
    return ofDefault.or(
        () -> RouteCodec.routeFamily(payload).map(NetworkEvent.OtherRoutesChanged::new));
  }
}
