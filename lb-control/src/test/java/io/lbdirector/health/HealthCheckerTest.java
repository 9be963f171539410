package io.lbdirector.health;

import static io.lbdirector.health.ScriptedServer.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.forwarding.IpAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class HealthCheckerTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  private static final String SORRY = "HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n";
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final IpAddress BACKEND = IpAddress.parse("10.0.1.11");

  private RunningChecker running = new RunningChecker();

  @AfterEach
  void close() {
    running.close();
  }

  private void restart(Limits limits) {
    restart(new RunningChecker(limits));
  }

  private void restart(RunningChecker other) {
    running.close();
    running = other;
  }

  @Test
  void shouldConnectOverBothFamilies() throws InterruptedException {
    for (IpAddress address : List.of(Check.LOOPBACK, Check.LOOPBACK6)) {
      try (ScriptedServer server = ScriptedServer.on(address, ScriptedServer.silence())) {
        Target target = Check.tcp(server.port()).of(address);
        TargetHealth known = running.firstResult(target);
        assertTrue(known.lastResult().matches("connected in .* ms"), known.toString());
        assertEquals(Health.UP, known.health());
      }
    }
  }

  @Test
  void shouldSayThatAPortIsClosed() throws InterruptedException {
    int port = ScriptedServer.closedPort();
    for (Target target : List.of(Check.tcp(port).here(), Check.http(port).here())) {
      TargetHealth known = running.firstResult(target);
      assertEquals("connection refused", known.lastResult());
      assertEquals(Health.DOWN, known.health());
      assertEquals(Optional.empty(), known.latency());
    }
  }

  @Test
  void shouldFollowABackendDownAndUp() throws InterruptedException {
    try (ScriptedServer server = ScriptedServer.here(answer(OK))) {
      Target target = Check.http(server.port()).verdictAfter(2, 3).here();
      running.check(target);
      TargetHealth up = running.await(target, Health.UP);
      server.script = answer(SORRY);
      TargetHealth down = running.await(target, Health.DOWN);
      assertEquals("status 503, not 200", down.lastResult());
      assertTrue(down.inARow() >= 3 && down.failures() >= 3, down.toString());
      assertFalse(down.since().isBefore(up.since()));
      assertEquals(4, down.riseInForce());
      server.script = answer(OK);
      running.await(target, Health.UP);
      assertEquals(
          List.of("127.0.0.1 UP lb-health", "127.0.0.1 DOWN lb-health", "127.0.0.1 UP lb-health"),
          running.changes);
    }
  }

  @Test
  void shouldShowNewTargetsAtOnceAsUnknown() {
    Target target = Check.tcp(1).every(Duration.ofHours(1)).here();
    running.check(target);
    TargetHealth known = running.health(target);
    assertEquals(Health.UNKNOWN, known.health());
    assertEquals("not checked yet", known.lastResult());
    running.check();
    assertEquals(Map.of(), running.checker.snapshot());
  }

  @Test
  void shouldStartDownWhatWasDownBefore() throws InterruptedException {
    try (ScriptedServer server = ScriptedServer.here(answer(OK))) {
      Target was = Check.http(server.port()).verdictAfter(2, 3).path("/was").here();
      Target fresh = Check.http(server.port()).path("/fresh").here();
      server.script = (s, connection) -> {};
      running.checker.check(Set.of(was, fresh), Set.of(was, Check.tcp(1).here()));
      TargetHealth first = running.health(was);
      assertEquals(Health.DOWN, first.health());
      assertEquals(2, first.riseInForce());
      assertEquals(Set.of(was, fresh), running.checker.snapshot().keySet());
      running.await(was, known -> known.checks() > 0);
      assertEquals(Health.DOWN, running.health(was).health());
      server.script = answer(OK);
      running.await(was, Health.UP);
    }
  }

  @Test
  void shouldKeepWhatIsKnownOfTargetsThatStay() throws InterruptedException {
    try (ScriptedServer server = ScriptedServer.here(answer(SORRY))) {
      Target stays = Check.http(server.port()).path("/stays").here();
      Target goes = Check.http(server.port()).path("/goes").here();
      Target comes = Check.http(server.port()).path("/comes").here();
      running.check(stays, goes);
      running.await(goes, Health.DOWN);
      TargetHealth before = running.await(stays, Health.DOWN);
      running.checker.check(Set.of(stays, comes), Set.of());
      assertEquals(Set.of(stays, comes), running.checker.snapshot().keySet());
      assertSame(before.since(), running.health(stays).since());
      assertTrue(running.health(stays).checks() >= before.checks());
      running.await(comes, Health.DOWN);
      int asked = count(server, "/goes");
      running.await(stays, known -> known.checks() > before.checks() + 20);
      assertTrue(count(server, "/goes") <= asked + 1); // one may have been on its way
      running.check(goes);
      assertEquals(Health.UNKNOWN, running.health(goes).health()); // anew
    }
  }

  private static int count(ScriptedServer server, String path) {
    return (int) server.requests.stream().filter(r -> r.startsWith("GET " + path)).count();
  }

  /** However often the set is replaced: a kept target that began anew each time would starve. */
  @Test
  void shouldKeepTheScheduleOfTargetsThatStay() throws InterruptedException {
    try (ScriptedServer server = ScriptedServer.here(answer(OK))) {
      Target stays = Check.http(server.port()).every(Duration.ofSeconds(1)).here();
      Target other = Check.http(server.port()).path("/other").here();
      Await.until(
          () -> {
            running.check(stays);
            running.check(stays, other);
            return running.health(stays).checks() >= 2;
          },
          () -> running.health(stays));
    }
  }

  @Test
  void shouldCloseTheConnectionOfARemovedTargetAndIgnoreItsResult() throws InterruptedException {
    try (ScriptedServer server = ScriptedServer.here(ScriptedServer.silence())) {
      Target target = Check.http(server.port()).here();
      running.check(target);
      Await.until(() -> server.open() == 1, server::open);
      running.check();
      Await.until(() -> server.open() == 0, server::open);
      assertEquals(List.of(), running.changes);
    }
  }

  @Test
  void shouldKeepVerdictsWhileFrozen() throws InterruptedException {
    try (ScriptedServer server = ScriptedServer.here(answer(OK))) {
      Target target = Check.http(server.port()).here();
      running.check(target);
      running.await(target, Health.UP);
      running.checker.freeze(true);
      server.script = answer(SORRY);
      server.requests.clear();
      Await.until(() -> server.requests.size() >= 5, server.requests::size);
      TargetHealth frozen = running.health(target);
      assertEquals(Health.UP, frozen.health());
      assertEquals(0, frozen.failures());
      running.checker.freeze(false);
      running.await(target, Health.DOWN);
    }
  }

  @Test
  void shouldSendEchoesThroughTheTunnel() throws InterruptedException {
    Target target = Check.tunnel().within(SHORT).of(BACKEND);
    running.check(target);
    TargetHealth up = running.await(target, Health.UP);
    assertEquals("echo in 2 ms", up.lastResult());
    assertEquals(Optional.of(Duration.ofMillis(2)), up.latency());
    assertEquals("echo 10.0.1.11 203.0.113.10 PT0.1S", running.tunnel.calls.get(0));
    running.tunnel.echo = b -> CompletableFuture.failedFuture(new TimeoutException());
    assertEquals("no answer in 100 ms", running.await(target, Health.DOWN).lastResult());
    running.tunnel.echo = b -> CompletableFuture.completedFuture(Duration.ofMillis(3));
    running.await(target, Health.UP);
    running.tunnel.echo = b -> CompletableFuture.failedFuture(new IOException("sent nowhere"));
    assertEquals("sent nowhere", running.await(target, Health.DOWN).lastResult());
  }

  @Test
  void shouldNotWaitForAnEchoThatNeverEnds() throws InterruptedException {
    List<CompletableFuture<Duration>> never = new CopyOnWriteArrayList<>();
    running.tunnel.echo =
        backend -> {
          never.add(new CompletableFuture<>());
          return never.get(never.size() - 1);
        };
    TargetHealth known = running.firstResult(Check.tunnel().within(SHORT).of(BACKEND));
    assertEquals("no answer in 100 ms", known.lastResult());
    assertTrue(never.get(0).isCancelled());
  }

  @Test
  void shouldSayNothingOfABackendIfThereIsNoTunnel() throws InterruptedException {
    running.tunnel.echo =
        backend -> {
          throw new IllegalStateException("no tunnel here; run lbd as root");
        };
    Target echo = Check.tunnel().of(BACKEND);
    assertEquals(
        "not checked: no tunnel here; run lbd as root", running.firstResult(echo).lastResult());
    Target tcp = Check.tcp(80).via(Check.VIP).of(BACKEND);
    assertEquals(
        "not checked: no tunnel here; load the sch_clsact module",
        running.firstResult(tcp).lastResult());
    assertEquals(Health.UNKNOWN, running.health(tcp).health());
    assertEquals(0, running.health(tcp).checks());
    assertEquals(List.of(), running.changes);
    running.check();
    running.close();
    assertFalse(running.tunnel.calls.contains("release 10.0.1.11"), "released what was not given");
  }

  @Test
  void shouldTakeOneMarkForEachBackendAndReleaseItWhenNoSocketHasIt() throws InterruptedException {
    try (ScriptedServer server = ScriptedServer.here(answer(OK))) {
      running.tunnel.marks.put(BACKEND, 0x4c42);
      Target http = Check.http(server.port()).via(Check.LOOPBACK).of(BACKEND);
      Target tcp = Check.tcp(server.port()).via(Check.LOOPBACK).of(BACKEND);
      running.check(http, tcp);
      running.await(http, known -> known.health() == Health.UP && known.checks() > 2);
      running.await(tcp, known -> known.health() == Health.UP && known.checks() > 2);
      running.check(tcp);
      long before = running.health(tcp).checks();
      running.await(tcp, known -> known.checks() > before + 2);
      assertEquals(List.of("mark 10.0.1.11"), running.tunnel.calls);
      running.check();
      Await.until(() -> running.tunnel.calls.size() > 1, () -> running.tunnel.calls);
      running.check(tcp);
      running.await(tcp, Health.UP);
      running.close();
      assertEquals(
          List.of("mark 10.0.1.11", "release 10.0.1.11", "mark 10.0.1.11", "release 10.0.1.11"),
          running.tunnel.calls);
    }
  }

  @Test
  void shouldHaveNoMoreChecksUnderWayThanAllowed() throws InterruptedException {
    restart(RunningChecker.atOnce(3, Duration.ofHours(1)));
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    running.tunnel.echo =
        backend -> {
          most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
          CompletableFuture<Duration> never = new CompletableFuture<>();
          never.whenComplete((took, cancelled) -> underWay.decrementAndGet());
          return never;
        };
    Set<Target> targets =
        IntStream.range(0, 20)
            .mapToObj(
                i -> Check.tunnel().within(SHORT).of(IpAddress.of(new byte[] {10, 0, 0, (byte) i})))
            .collect(Collectors.toSet());
    running.checker.check(targets, Set.of());
    Await.until(
        () -> running.checker.snapshot().values().stream().allMatch(t -> t.checks() > 1),
        running.checker::snapshot);
    assertEquals(3, most.get());
  }

  @Test
  void shouldNoticeThatItsLoopDoesNotComeRound() throws InterruptedException {
    AtomicLong nanos = new AtomicLong();
    restart(new RunningChecker(RunningChecker.atOnce(1, SHORT), nanos::get));
    CountDownLatch release = new CountDownLatch(1);
    running.onChange = () -> await(release);
    try (ScriptedServer server = ScriptedServer.here(answer(OK))) {
      Target target = Check.http(server.port()).here();
      running.check(target);
      running.await(target, Health.UP);
      assertEquals(Optional.empty(), running.checker.stalledFor());
      Await.until(() -> stalledAfter(nanos, Duration.ofMinutes(1)), () -> "no stall");
      assertEquals(Health.UP, running.health(target).health()); // known all the same
      release.countDown();
      Await.until(() -> !stalledAfter(nanos, SHORT), running.checker::stalledFor);
      long before = running.health(target).checks();
      running.await(target, known -> known.checks() > before);
    }
  }

  private boolean stalledAfter(AtomicLong nanos, Duration time) {
    nanos.addAndGet(time.toNanos());
    return running.checker.stalledFor().isPresent();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldNoticeThatChecksWaitTooLongForTheirTurn() throws InterruptedException {
    restart(RunningChecker.atOnce(1, SHORT));
    try (ScriptedServer server = ScriptedServer.here(ScriptedServer.silence())) {
      Target stuck = Check.http(server.port()).here();
      running.check(stuck);
      Await.until(() -> server.open() == 1, server::open);
      running.check(stuck, Check.tcp(server.port()).here());
      Await.until(
          () -> running.checker.stalledFor().filter(HealthCheckerTest::isLong).isPresent(),
          () -> "no stall");
    }
  }

  /** Longer than a busy machine could make it, with nothing wrong. */
  private static boolean isLong(Duration stall) {
    return stall.compareTo(Duration.ofSeconds(3)) > 0;
  }

  @Test
  void shouldEndWithItsThreadsAndConnections() throws InterruptedException {
    try (ScriptedServer server = ScriptedServer.here(ScriptedServer.silence())) {
      Target target = Check.http(server.port()).here();
      running.check(target);
      Await.until(() -> server.open() == 1, server::open);
      running.close();
      Await.until(() -> server.open() == 0, server::open);
      Await.until(() -> threads() == 0, HealthCheckerTest::threads);
      assertThrows(IllegalStateException.class, () -> running.check(target));
      assertEquals(Health.UNKNOWN, running.health(target).health());
      running.close();
      running.checker.freeze(true);
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lb-health"))
        .count();
  }

  @Test
  void shouldCloseFromItsOwnThread() throws InterruptedException {
    running.onChange = running.checker::close;
    try (ScriptedServer server = ScriptedServer.here(answer(OK))) {
      running.check(Check.http(server.port()).here());
      Await.until(() -> threads() == 0, HealthCheckerTest::threads);
      assertEquals(1, running.changes.size());
    }
  }

  /** As many as a large director has, each at an address of its own, against one server. */
  @Test
  void shouldCheckFiveThousandTargets() throws InterruptedException {
    try (QuickServer server = new QuickServer()) {
      Set<Target> targets =
          IntStream.range(0, 5000)
              .mapToObj(i -> IpAddress.of(new byte[] {127, 1, (byte) (i / 250), (byte) (i % 250)}))
              .map(backend -> Check.http(server.port()).every(Duration.ofSeconds(2)).of(backend))
              .collect(Collectors.toSet());
      running.checker.check(targets, Set.of());
      Await.until(
          () -> running.checker.snapshot().values().stream().allMatch(t -> t.checks() >= 2),
          () -> running.checker.stalledFor());
      assertEquals(5000, running.changes.size());
      assertTrue(
          running.checker.snapshot().values().stream().allMatch(t -> t.failures() == 0),
          "some failed");
    }
  }
}
