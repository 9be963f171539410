package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Asks the kernel about links, addresses, routes and neighbours, and makes it resolve neighbours,
 * over rtnetlink. Belongs to the network namespace of the thread that opened it; safe for use by
 * many threads, which take turns.
 */
public final class Netlink implements AutoCloseable {
  /** The kernel answers at once; this is so that a bug never hangs the daemon. */
  private static final long ANSWER_TIMEOUT_MS = 5_000;

  /** How often a dump is begun again because what it reads changed under it. */
  private static final int DUMP_ATTEMPTS = 10;

  /** What the kernel says of a destination that it sends nothing to: a blackhole is EINVAL. */
  private static final Set<Integer> NOWHERE =
      Set.of(Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.EINVAL, Errno.EACCES);

  private final NetlinkSocket socket;
  private int sequence;
  private boolean closed;

  private Netlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  /**
   * @throws OsException if the kernel gives no netlink socket
   */
  public static Netlink open() {
    return new Netlink(NetlinkSocket.open(0));
  }

  /** One for generic netlink, of which {@link #exchange} alone makes sense. */
  static Netlink openGeneric() {
    return new Netlink(NetlinkSocket.open(NetlinkSocket.NETLINK_GENERIC, 0));
  }

  /** All links of the namespace, in the kernel's order. */
  public List<LinkInfo> links() {
    return dump(
        LinkCodec.dump(),
        "list links",
        (message, links) -> LinkCodec.parse(message.payload()).ifPresent(links::add));
  }

  /** The XDP programs on all links. */
  public List<AttachedXdp> attachedXdp() {
    return dump(
        LinkCodec.dump(),
        "list XDP programs",
        (message, found) -> found.addAll(LinkCodec.parseXdp(message.payload())));
  }

  /** All addresses of this namespace, of both families. */
  public List<AddressInfo> addresses() {
    return dump(
        AddressCodec.dump(),
        "list addresses",
        (message, found) -> AddressCodec.parse(message.payload()).ifPresent(found::add));
  }

  /** Which way the kernel would send to {@code destination}; empty if it knows none. */
  public synchronized Optional<ChosenRoute> route(IpAddress destination) {
    List<ChosenRoute> chosen = new ArrayList<>();
    try {
      exchange(
          RouteCodec.lookup(destination),
          "find the route to " + destination,
          message -> RouteCodec.parseChosen(message.payload()).ifPresent(chosen::add));
    } catch (OsException e) {
      if (!NOWHERE.contains(e.errno())) {
        throw e;
      }
    }
    return chosen.stream().findFirst();
  }

  /**
   * All neighbours that the kernel may hand packets for {@code destination} to: more than one of a
   * route with several next hops. None if there is no route, or one that leads nowhere.
   *
   * @param source of the packets, as rules may ask for it. Of IPv4 an address of this machine: the
   *     kernel knows no route from any other
   */
  public synchronized List<NextHop> nextHops(IpAddress destination, Optional<IpAddress> source) {
    List<NextHop> hops = new ArrayList<>();
    try {
      exchange(
          RouteCodec.match(destination, source),
          "find the route to " + destination,
          message -> hops.addAll(RouteCodec.parseMatch(message.payload(), destination)));
    } catch (OsException e) {
      if (!NOWHERE.contains(e.errno())) {
        throw e;
      }
    }
    return hops;
  }

  /** All default routes of both families, IPv4 first, else in the kernel's order. */
  public List<RouteInfo> defaultRoutes() {
    List<RouteInfo> routes = new ArrayList<>();
    for (IpFamily family : IpFamily.values()) {
      routes.addAll(
          dump(
              RouteCodec.dump(family),
              "list routes",
              (message, found) -> found.addAll(RouteCodec.parse(message.payload()))));
    }
    return routes;
  }

  /** All neighbours of both families. */
  public List<NeighbourInfo> neighbours() {
    return dump(
        NeighbourCodec.dump(),
        "list neighbours",
        (message, found) -> NeighbourCodec.parse(message.payload()).ifPresent(found::add));
  }

  /**
   * Makes the kernel find out, or confirm, a neighbour's MAC, as a packet to it would. Returns at
   * once; what it finds comes as {@link NetworkEvent.NeighbourChanged}.
   *
   * @throws OsException without CAP_NET_ADMIN, or if the interface is gone or down
   */
  public synchronized void resolve(int ifindex, IpAddress address) {
    String attempted = "resolve " + address + " on interface " + ifindex;
    exchange(NeighbourCodec.use(ifindex, address), attempted, message -> {});
  }

  @Override
  public synchronized void close() {
    closed = true;
    socket.close();
  }

  private interface Collector<T> {
    void collect(NetlinkMessage message, List<T> into);
  }

  private synchronized <T> List<T> dump(
      NetlinkRequest request, String attempted, Collector<T> collector) {
    for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      List<T> found = new ArrayList<>();
      boolean whole = exchange(request, attempted, message -> collector.collect(message, found));
      if (whole) {
        return found;
      }
    }
    throw OsException.withMessage(
        Errno.EINTR, attempted + ": changed under each of " + DUMP_ATTEMPTS + " attempts");
  }

  /**
   * Sends a request and takes its answer to the end.
   *
   * @return false if what was dumped changed meanwhile, so that the answer may contradict itself
   */
  synchronized boolean exchange(
      NetlinkRequest request, String attempted, Consumer<NetlinkMessage> onMessage) {
    if (closed) {
      throw new IllegalStateException("netlink socket is closed");
    }
    sequence++;
    socket.send(request.toBytes(sequence), attempted);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_TIMEOUT_MS);
    boolean whole = true;
    while (true) {
      awaitAnswer(deadline, attempted);
      for (NetlinkMessage message : socket.receive()) {
        if (message.sequence() != sequence) {
          continue; // the rest of an answer that was given up
        }
        whole &= !message.has(NetlinkMessage.DUMP_INTERRUPTED);
        if (isEnd(message, attempted)) {
          return whole;
        }
        onMessage.accept(message);
      }
    }
  }

  private void awaitAnswer(long deadline, String attempted) {
    long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (leftMs <= 0) {
      throw new OsException(attempted, Errno.ETIMEDOUT, "");
    }
    Sys.awaitReadable((int) leftMs, socket.fd());
  }

  private static boolean isEnd(NetlinkMessage message, String attempted) {
    if (message.type() != NetlinkMessage.ERROR && message.type() != NetlinkMessage.DONE) {
      return false;
    }
    int errno = message.errno();
    if (errno > 0) {
      throw new OsException(attempted, errno, errno == Errno.EPERM ? "needs CAP_NET_ADMIN" : "");
    }
    return true;
  }
}
