package io.lbdirector.bench.control;

import static io.lbdirector.bench.harness.VoidRunException.requireEqual;

import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.CheckSpec;
import io.lbdirector.health.Health;
import io.lbdirector.health.HealthChecker;
import io.lbdirector.health.Target;
import io.lbdirector.health.TargetHealth;
import io.lbdirector.health.Tunnel;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Checks of many backends, all of them one server of this machine.
 *
 * @param name of the kind of check
 * @param checksPerSecond that were made while the CPU was measured
 * @param cpuShare of one core that the checker's thread took
 * @param delays from the first bad answer possible to the verdict
 */
record ChecksRun(
    String name, int backends, double checksPerSecond, double cpuShare, Series delays) {
  static final Duration INTERVAL = Duration.ofSeconds(2);
  static final int FALL = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Nothing here goes through a tunnel. */
  private static final Tunnel NO_TUNNEL =
      new Tunnel() {
        @Override
        public int mark(IpAddress backend) {
          throw new IllegalStateException("no tunnel");
        }

        @Override
        public void release(IpAddress backend) {}

        @Override
        public CompletableFuture<Duration> echo(IpAddress backend, IpAddress vip, Duration time) {
          return CompletableFuture.failedFuture(new IllegalStateException("no tunnel"));
        }
      };

  /**
   * @param failing how many of the backends fail at last
   */
  static ChecksRun of(CheckSpec.Type type, int backends, int failing, Duration measured) {
    Map<IpAddress, Long> downAt = new ConcurrentHashMap<>();
    try (AnsweringServer server = new AnsweringServer();
        HealthChecker checker =
            new HealthChecker(
                NO_TUNNEL,
                (target, now) -> {
                  if (now.health() == Health.DOWN) {
                    downAt.put(target.backend(), System.nanoTime());
                  }
                })) {
      Set<Target> targets = targets(type, server.port(), backends);
      checker.check(targets, Set.of());
      await("every backend is up", () -> count(checker, Health.UP) == backends);
      long checks = checks(checker);
      long cpu = cpuNanos();
      long begun = System.nanoTime();
      sleep(measured);
      double seconds = (System.nanoTime() - begun) / 1e9;
      double share = (cpuNanos() - cpu) / 1e9 / seconds;
      double perSecond = (checks(checker) - checks) / seconds;
      requireInTime(type, checker, perSecond / (backends * 1000.0 / INTERVAL.toMillis()));
      String name = type.name().toLowerCase(Locale.ROOT);
      Series delays = new Series("detection-" + name, 1);
      if (type == CheckSpec.Type.HTTP) {
        measureDetection(server, checker, downAt, failing, delays);
      }
      return new ChecksRun(name, backends, perSecond, share, delays);
    }
  }

  /** One line for the person who waits. */
  String summary() {
    return "%s checks of %d backends: %.2f of a core".formatted(name, backends, cpuShare);
  }

  private static void requireInTime(CheckSpec.Type type, HealthChecker checker, double ratio) {
    if (ratio < 0.9 || ratio > 1.1) {
      throw new VoidRunException(type + " checks", "made to due is " + ratio + ", not about 1");
    }
    requireEqual(type + " checks", "stalled", Optional.empty(), checker.stalledFor());
    long failures = checker.snapshot().values().stream().mapToLong(TargetHealth::failures).sum();
    requireEqual(type + " checks", "failures", 0L, failures);
  }

  private static void measureDetection(
      AnsweringServer server,
      HealthChecker checker,
      Map<IpAddress, Long> downAt,
      int failing,
      Series delays) {
    Set<InetAddress> addresses = new HashSet<>();
    for (int i = 0; i < failing; i++) {
      addresses.add(inet(address(i)));
    }
    long begun = System.nanoTime();
    server.fail(addresses);
    await("those that fail are down", () -> downAt.size() >= failing);
    requireEqual("detection", "backends down", failing, (int) count(checker, Health.DOWN));
    int round = 0;
    for (long at : downAt.values()) {
      delays.add(++round, at - begun);
    }
  }

  private static Set<Target> targets(CheckSpec.Type type, int port, int backends) {
    CheckSpec spec =
        new CheckSpec(
            type,
            Optional.empty(),
            OptionalInt.of(port),
            "/",
            Optional.empty(),
            Set.of(200),
            Optional.empty(),
            INTERVAL,
            Duration.ofSeconds(1),
            FALL,
            FALL);
    Set<Target> targets = new HashSet<>();
    for (int i = 0; i < backends; i++) {
      targets.add(new Target(address(i), spec));
    }
    return targets;
  }

  private static IpAddress address(int backend) {
    return IpAddress.parse("127.1." + backend / 250 + "." + (backend % 250 + 1));
  }

  private static InetAddress inet(IpAddress address) {
    try {
      return InetAddress.getByAddress(address.toBytes());
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static long count(HealthChecker checker, Health health) {
    return checker.snapshot().values().stream().filter(t -> t.health() == health).count();
  }

  private static long checks(HealthChecker checker) {
    return checker.snapshot().values().stream().mapToLong(TargetHealth::checks).sum();
  }

  /** CPU time of the checker's thread, in user and kernel mode. */
  private static long cpuNanos() {
    long id =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("lb-health"))
            .findFirst()
            .orElseThrow(() -> new VoidRunException("checks", "there is no thread lb-health"))
            .getId();
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(id);
  }

  /** Asked again and again. */
  private interface Condition {
    boolean holds();
  }

  private static void await(String what, Condition condition) {
    long begun = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - begun > PATIENCE.toNanos()) {
        throw new VoidRunException("checks", "not within " + PATIENCE.toSeconds() + " s: " + what);
      }
      sleep(Duration.ofMillis(20));
    }
  }

  private static void sleep(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VoidRunException("checks", "interrupted");
    }
  }
}
