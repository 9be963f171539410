package io.lbdirector.health;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks targets, each at its own interval, and tells which are up. All of it happens on one event
 * loop, {@code lb-health}; a watchdog sees that this comes round.
 *
 * <p>A target is unknown at first, which counts as up. {@code fall} bad results in a row prove it
 * down, {@code rise} good ones up again, more of them for one that flaps.
 */
public final class HealthChecker implements HealthChecks, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HealthChecker.class);
  private static final long CLOSE_SECONDS = 10;

  private final Clock clock;
  private final Freeze freeze = new Freeze();
  private final EventLoopGroup group;
  private final EventLoop loop;
  private final Rounds rounds;
  private final Watchdog watchdog;
  private volatile Map<Target, CheckedTarget> targets = Map.of();
  private boolean closed;

  /** Is told of changes. */
  public interface Listener {
    /** The health of a target has changed. On the checker's thread, which waits for the return. */
    void changed(Target target, TargetHealth now);
  }

  /**
   * Starts the threads, in the network namespace of the caller; checks nothing yet.
   *
   * @param tunnel not closed here
   * @throws IllegalStateException if the event loop cannot run here, with the remedy
   */
  public HealthChecker(Tunnel tunnel, Listener listener) {
    this(
        tunnel,
        listener,
        Clock.systemUTC(),
        System::nanoTime,
        new SplittableRandom(),
        Limits.ofThisProcess());
  }

  HealthChecker(
      Tunnel tunnel,
      Listener listener,
      Clock clock,
      LongSupplier ticker,
      RandomGenerator random,
      Limits limits) {
    requireEpoll();
    this.clock = clock;
    group = new MultiThreadIoEventLoopGroup(1, HealthChecker::thread, EpollIoHandler.newFactory());
    loop = group.next();
    rounds =
        new Rounds(
            loop,
            new Probes(loop, tunnel, limits)::of,
            limits.atOnce(),
            new Pace(random),
            freeze,
            clock,
            ticker,
            listener);
    loop.execute(() -> {}); // has its thread begin, in the namespace of this one
    watchdog = Watchdog.start(loop, rounds::takeWorstLateness, ticker, limits.stallTolerance());
  }

  private static void requireEpoll() {
    if (!Epoll.isAvailable()) {
      throw new IllegalStateException(
          "start health checks: Netty's native epoll library cannot be loaded; if the temp folder"
              + " is mounted noexec, try -Dio.netty.native.workdir=FOLDER",
          Epoll.unavailabilityCause());
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new FastThreadLocalThread(task, "lb-health");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Checks these and no others from now on. What was known of targets that stay counts on, and so
   * does their schedule; a new one is checked within its interval. {@link #snapshot} follows at
   * once. From any thread.
   *
   * @param downBefore known down, by an earlier run of the daemon: new targets among them start
   *     down
   * @throws IllegalStateException after the close
   */
  @Override
  public synchronized void check(Set<Target> wanted, Set<Target> downBefore) {
    if (closed) {
      throw new IllegalStateException("health checker is closed");
    }
    Map<Target, CheckedTarget> before = targets;
    Map<Target, CheckedTarget> after = new HashMap<>();
    List<CheckedTarget> added = new ArrayList<>();
    for (Target target : wanted) {
      CheckedTarget known = before.get(target);
      if (known == null) {
        known = new CheckedTarget(target, downBefore.contains(target), clock.instant());
        added.add(known);
      }
      after.put(target, known);
    }
    List<CheckedTarget> removed =
        before.values().stream().filter(known -> !after.containsKey(known.target())).toList();
    removed.forEach(CheckedTarget::drop);
    targets = after;
    loop.execute(() -> replace(removed, added));
  }

  private void replace(List<CheckedTarget> removed, List<CheckedTarget> added) {
    removed.forEach(rounds::end);
    added.forEach(rounds::begin);
  }

  /** What is known of each target now. From any thread, at once. */
  @Override
  public Map<Target, TargetHealth> snapshot() {
    Map<Target, TargetHealth> snapshot = new HashMap<>();
    targets.forEach((target, checked) -> snapshot.put(target, checked.health()));
    return snapshot;
  }

  /**
   * While frozen, as when our own link is down, results are thrown away and verdicts stay; those of
   * checks that were under way meanwhile too. From any thread.
   */
  @Override
  public void freeze(boolean frozen) {
    freeze.set(frozen);
  }

  /**
   * How long the checker has been late beyond tolerance, if it has stalled: its event loop does not
   * come round for five seconds, or checks begin more than an interval (a second at least) after
   * they are due. What is known may be old then. From any thread, at once.
   */
  @Override
  public Optional<Duration> stalledFor() {
    return watchdog.stalledFor();
  }

  /**
   * Ends all checks. When this returns, the listener is not running and will not be called again,
   * except if it is the listener that closes, or has not returned for ten seconds. Closing again
   * does nothing.
   */
  @Override
  public void close() {
    if (end()) {
      watchdog.close();
      group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
      if (!loop.inEventLoop()
          && !group.terminationFuture().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.atWarn()
            .addKeyValue("seconds", CLOSE_SECONDS)
            .log("health checks still busy after the close");
      }
    }
  }

  /** False if it was done before. */
  private synchronized boolean end() {
    if (closed) {
      return false;
    }
    closed = true;
    List<CheckedTarget> last = List.copyOf(targets.values());
    last.forEach(CheckedTarget::drop);
    loop.execute(() -> replace(last, List.of()));
    return true;
  }
}
