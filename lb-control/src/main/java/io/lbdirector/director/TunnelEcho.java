package io.lbdirector.director;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.IcmpSocket;
import io.lbdirector.os.IcmpSocket.EchoReply;
import io.lbdirector.os.IpFamily;
import io.lbdirector.os.OsException;
import io.lbdirector.os.ReadLoop;
import io.lbdirector.os.SourceAddress;
import io.lbdirector.os.UdpSocket;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * ICMP echo to a VIP by way of one backend: the request goes inside GUE to the backend, whose
 * kernel answers as the VIP, straight to us. Needs no BPF. Requests are sent by whoever calls;
 * replies are read, and what gets none is given up, by one thread.
 *
 * <p>A reply counts if it has the identifier, the sequence and the nonce of a request that is
 * waited for, and comes from its VIP.
 */
final class TunnelEcho implements AutoCloseable {
  /** Half of the sequence numbers, so that a free one is found at once. */
  static final int MOST_WAITED_FOR = 1 << 15;

  private static final String CLOSED = "the tunnel of checks is closed";

  /** Errors that are the backend's, or the network's: it cannot be reached. */
  private static final Set<String> NO_WAY = Set.of("ENETUNREACH", "EHOSTUNREACH");

  private static final int SEQUENCES = 1 << 16;

  /** Replies of some thousand backends that come at once. */
  private static final int RECEIVE_BUFFER_BYTES = 16 << 20;

  /** For how long an answer of the routing table is good. */
  private static final long SOURCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int port;
  private final int routingMark;
  private final SecureRandom random = new SecureRandom();
  private final int identifier = random.nextInt(SEQUENCES);
  private final Map<Integer, Waiting> waiting = new ConcurrentHashMap<>();
  private final Timers timers = new Timers();
  private final Map<IpAddress, Source> sources = new ConcurrentHashMap<>();
  private final Map<IpFamily, UdpSocket> udp = new EnumMap<>(IpFamily.class);
  private final List<IcmpSocket> icmp = new ArrayList<>();
  private final ReadLoop loop;
  private int lastSequence;
  private boolean closed;

  /** A request that may yet be answered. */
  private record Waiting(
      int sequence,
      byte[] nonce,
      IpAddress backend,
      IpAddress vip,
      Duration timeout,
      long sentAt,
      CompletableFuture<Duration> answer) {}

  private record Source(IpAddress address, long goodUntil) {}

  /**
   * @param port UDP port that backends take tunnel packets on
   * @param routingMark for the lookup of the route to a VIP, so that it is that of marked sockets
   * @param outerSources what datagrams are sent from, at most one of a family; of a family without,
   *     the kernel chooses
   * @throws OsException without CAP_NET_RAW
   */
  TunnelEcho(int port, int routingMark, List<IpAddress> outerSources) {
    this.port = port;
    this.routingMark = routingMark;
    try {
      for (IpFamily family : IpFamily.values()) {
        if (family.isSupported()) {
          icmp.add(IcmpSocket.open(family, RECEIVE_BUFFER_BYTES));
        }
      }
      outerSources(outerSources);
      loop = ReadLoop.start("tunnel-echo", icmp, this::work);
    } catch (RuntimeException e) {
      closeSockets();
      throw e;
    }
  }

  /**
   * What datagrams are sent from, from now on.
   *
   * @throws OsException if the kernel refuses; then it is what it was
   */
  synchronized void outerSources(List<IpAddress> addresses) {
    Map<IpFamily, UdpSocket> opened = open(addresses);
    udp.values().forEach(UdpSocket::close);
    udp.clear();
    udp.putAll(opened);
  }

  private static Map<IpFamily, UdpSocket> open(List<IpAddress> sources) {
    Map<IpFamily, UdpSocket> opened = new EnumMap<>(IpFamily.class);
    try {
      for (IpFamily family : IpFamily.values()) {
        if (family.isSupported()) {
          Optional<IpAddress> source =
              sources.stream().filter(a -> IpFamily.of(a) == family).findFirst();
          opened.put(
              family, source.map(UdpSocket::openFrom).orElseGet(() -> UdpSocket.open(family)));
        }
      }
      return opened;
    } catch (RuntimeException e) {
      opened.values().forEach(UdpSocket::close);
      throw e;
    }
  }

  /**
   * As {@link io.lbdirector.health.Tunnel#echo}. What is this machine's own fault fails with {@link
   * IllegalStateException}: it says nothing of the backend.
   */
  CompletableFuture<Duration> send(IpAddress backend, IpAddress vip, Duration timeout) {
    try {
      return trySend(backend, vip, timeout);
    } catch (IOException | IllegalStateException e) {
      return CompletableFuture.failedFuture(e);
    } catch (OsException e) {
      return CompletableFuture.failedFuture(new IllegalStateException(e.getMessage(), e));
    }
  }

  private synchronized CompletableFuture<Duration> trySend(
      IpAddress backend, IpAddress vip, Duration timeout) throws IOException {
    UdpSocket socket = udp.get(IpFamily.of(backend));
    if (closed || socket == null) {
      throw new IllegalStateException(closed ? CLOSED : "this kernel has no IPv6");
    }
    IpAddress from = innerSource(vip);
    Waiting request = enlist(backend, vip, timeout);
    byte[] packet =
        new EchoRequest(from, vip, identifier, request.sequence, request.nonce)
            .encode(backend.isV4());
    try {
      socket.send(packet, backend, port);
    } catch (OsException e) {
      waiting.remove(request.sequence);
      if (NO_WAY.contains(e.errnoName())) {
        throw new IOException(e.getMessage(), e);
      }
      throw e;
    }
    if (timers.add(request.sentAt + timeout.toNanos(), () -> giveUp(request))) {
      loop.wake();
    }
    return request.answer;
  }

  /**
   * Our address towards the VIP.
   *
   * @throws IllegalStateException if the VIP is ours: the kernel would keep its reply
   */
  private IpAddress innerSource(IpAddress vip) {
    Source known = sources.get(vip);
    if (known == null || known.goodUntil - System.nanoTime() < 0) {
      IpAddress address = SourceAddress.towards(vip, routingMark);
      known = new Source(address, System.nanoTime() + SOURCE_NANOS);
      sources.put(vip, known);
    }
    if (known.address.equals(vip)) {
      throw new IllegalStateException(
          vip + " is an address of this machine: a director must not have the VIPs it serves");
    }
    return known.address;
  }

  /** Takes a free sequence number for a request. */
  private Waiting enlist(IpAddress backend, IpAddress vip, Duration timeout) {
    if (waiting.size() >= MOST_WAITED_FOR) {
      throw new IllegalStateException(
          MOST_WAITED_FOR + " echo requests are not answered yet; no more now");
    }
    byte[] nonce = new byte[Long.BYTES];
    random.nextBytes(nonce);
    Waiting request;
    do {
      lastSequence = (lastSequence + 1) % SEQUENCES;
      request =
          new Waiting(
              lastSequence,
              nonce,
              backend,
              vip,
              timeout,
              System.nanoTime(),
              new CompletableFuture<>());
    } while (waiting.putIfAbsent(lastSequence, request) != null);
    return request;
  }

  private long work() {
    for (IcmpSocket socket : icmp) {
      Optional<EchoReply> reply = socket.receive();
      while (reply.isPresent()) {
        answer(reply.get());
        reply = socket.receive();
      }
    }
    return timers.runDue();
  }

  private void answer(EchoReply reply) {
    Waiting request = waiting.get(reply.sequence());
    if (request != null
        && reply.identifier() == identifier
        && reply.from().equals(request.vip)
        && Arrays.equals(reply.payload(), request.nonce)
        && waiting.remove(request.sequence, request)) {
      request.answer.complete(Duration.ofNanos(System.nanoTime() - request.sentAt));
    }
  }

  /** Fails a request whose time is over, unless it was answered. */
  private void giveUp(Waiting request) {
    if (waiting.remove(request.sequence, request)) {
      request.answer.completeExceptionally(
          new TimeoutException(
              "no echo from %s by way of %s in %d ms"
                  .formatted(request.vip, request.backend, request.timeout.toMillis())));
    }
  }

  /** Fails what is still waited for. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    loop.close();
    closeSockets();
    waiting
        .values()
        .forEach(w -> w.answer.completeExceptionally(new IllegalStateException(CLOSED)));
    waiting.clear();
  }

  private synchronized void closeSockets() {
    udp.values().forEach(UdpSocket::close);
    icmp.forEach(IcmpSocket::close);
  }
}
