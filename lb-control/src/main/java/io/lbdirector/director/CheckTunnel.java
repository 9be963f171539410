package io.lbdirector.director;

import io.lbdirector.abi.ProbeResult;
import io.lbdirector.bpf.BpfException;
import io.lbdirector.dataplane.BpfObjects;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.dataplane.ProbeProgram;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.Tunnel;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.OsException;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of the traffic, for health checks. Echo is sent from here; for connections, each backend
 * has a mark of its own, and what a socket with it sends out of the director's interfaces goes
 * through the tunnel to that backend. docs/health.md says what this needs.
 *
 * <p>Programs and sockets come with the first call that needs them, in the network namespace of its
 * thread, and go with {@link #close}. Safe for use by many threads.
 */
public final class CheckTunnel implements Tunnel, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckTunnel.class);

  /**
   * Marks are this, with the number of a backend in the bits that {@link #MARK_MASK} leaves. A
   * number is not given out again before all others were. Number 0 is no backend's: the route of an
   * echo is looked up with it.
   */
  public static final int MARK_BASE = 0x1b000000;

  /** The bits that all marks have in common, for routing rules. */
  public static final int MARK_MASK = 0xff000000;

  private final List<String> interfaces;
  private final int port;
  private final Map<IpAddress, Integer> marks = new HashMap<>();
  private List<IpAddress> sources;
  private boolean followed = true; // by every mark and by echo
  private final BitSet numbers = new BitSet();
  private int lastNumber;
  private Optional<ProbeProgram> program = Optional.empty();
  private Optional<TunnelEcho> echo = Optional.empty();
  private Optional<String> refusal = Optional.empty();
  private boolean closed;

  /**
   * @param interfaces those of the director, by name; routes to VIPs must leave by one of them
   * @param port UDP port that backends take tunnel packets on
   * @param sources as {@link #sources}
   */
  public CheckTunnel(List<String> interfaces, int port, List<IpAddress> sources) {
    this.interfaces = List.copyOf(interfaces);
    this.port = port;
    this.sources = List.copyOf(sources);
  }

  /**
   * The outer source addresses from now on, those of the traffic: {@code source_ip} and {@code
   * source_ip6}. After a failure, a call with the same addresses tries again.
   *
   * @param addresses at most one of each family
   * @throws IllegalStateException or {@link OsException} if not all checks follow
   */
  public synchronized void sources(List<IpAddress> addresses) {
    if (followed && addresses.equals(sources)) {
      return;
    }
    sources = List.copyOf(addresses);
    followed = false;
    marks.forEach((backend, mark) -> source(backend).ifPresent(s -> assign(mark, backend, s)));
    echo.ifPresent(e -> e.outerSources(sources));
    followed = true;
  }

  /**
   * The mark of a backend: the same until it is released, however often it is asked for.
   *
   * @throws IllegalStateException if this host cannot, saying what to do
   */
  @Override
  public synchronized int mark(IpAddress backend) {
    requireOpen();
    Integer known = marks.get(backend);
    if (known != null) {
      return known;
    }
    IpAddress source = source(backend).orElseThrow(() -> withoutSource(backend));
    loadProgram();
    int number = freeNumber();
    int mark = MARK_BASE | number;
    assign(mark, backend, source);
    numbers.set(number);
    lastNumber = number;
    marks.put(backend, mark);
    return mark;
  }

  @Override
  public synchronized void release(IpAddress backend) {
    Integer mark = marks.remove(backend);
    if (mark != null) {
      program.ifPresent(p -> p.remove(mark));
      numbers.clear(mark & ~MARK_MASK);
    }
  }

  @Override
  public CompletableFuture<Duration> echo(IpAddress backend, IpAddress vip, Duration timeout) {
    try {
      return echoes().send(backend, vip, timeout);
    } catch (OsException | IllegalStateException e) {
      return CompletableFuture.failedFuture(e); // our fault, which proves nothing of the backend
    }
  }

  /** Goes by these interfaces too, which were made anew; what the kernel refuses is logged. */
  public synchronized void attach(List<Integer> indexes) {
    try {
      program.ifPresent(p -> indexes.forEach(p::attach));
    } catch (BpfException e) {
      LOG.atError()
          .addKeyValue("reason", e.getMessage())
          .log("checks cannot go through the tunnel");
    }
  }

  /** What became of packets of marked sockets; nothing if none was ever needed. */
  public synchronized Map<ProbeResult, Count> counts() {
    return program.map(ProbeProgram::counts).orElse(Map.of());
  }

  private synchronized TunnelEcho echoes() {
    requireOpen();
    if (echo.isEmpty()) {
      echo = Optional.of(new TunnelEcho(port, MARK_BASE, sources));
    }
    return echo.get();
  }

  private Optional<IpAddress> source(IpAddress backend) {
    return sources.stream().filter(s -> s.isV4() == backend.isV4()).findFirst();
  }

  private static IllegalStateException withoutSource(IpAddress backend) {
    return new IllegalStateException(
        "nothing to send to backend "
            + backend
            + " from: set director.source_ip"
            + (backend.isV4() ? "" : "6"));
  }

  private void assign(int mark, IpAddress backend, IpAddress source) {
    try {
      program.orElseThrow().assign(mark, backend, source);
    } catch (BpfException e) {
      throw new IllegalStateException(
          "checks of " + backend + " cannot use the tunnel: " + e.getMessage(), e);
    }
  }

  /** The next number that no backend has; there are more than backends. */
  private int freeNumber() {
    int next = numbers.nextClearBit(lastNumber + 1);
    return next <= ~MARK_MASK ? next : numbers.nextClearBit(1);
  }

  /** Once; what the kernel refused it is not asked again. */
  private void loadProgram() {
    if (program.isPresent()) {
      return;
    }
    if (refusal.isPresent()) {
      throw new IllegalStateException(refusal.get());
    }
    try {
      program = Optional.of(attached(ProbeProgram.load(BpfObjects.probe(), port)));
    } catch (BpfException | OsException e) {
      refusal = Optional.of(refusal(e));
      throw new IllegalStateException(refusal.get(), e);
    }
  }

  private static String refusal(RuntimeException e) {
    String needs =
        e instanceof BpfException
            ? " (Linux 6.6 or newer is needed, this is " + System.getProperty("os.version") + ")"
            : "";
    return "checks cannot go through the tunnel"
        + needs
        + ": "
        + e.getMessage()
        + "; or do without via = \"tunnel\"";
  }

  private ProbeProgram attached(ProbeProgram loaded) {
    try {
      interfaces.forEach(name -> loaded.attach(Interfaces.index(name)));
      return loaded;
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the tunnel of checks is closed");
    }
  }

  /** Detaches, and fails the echoes that are waited for. No socket with a mark may be open. */
  @Override
  public void close() {
    Optional<TunnelEcho> closing;
    synchronized (this) {
      closed = true;
      program.ifPresent(ProbeProgram::close);
      program = Optional.empty();
      marks.clear();
      closing = echo;
    }
    closing.ifPresent(TunnelEcho::close); // whose callers may call here
  }
}
