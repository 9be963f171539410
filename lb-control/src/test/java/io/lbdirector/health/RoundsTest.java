package io.lbdirector.health;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.lbdirector.director.LogLines;
import io.lbdirector.forwarding.IpAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Schedule and verdicts, in virtual time. */
final class RoundsTest {
  private static final long SEED = 99;
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final Target ONE = target(1);

  private final VirtualLoop time = new VirtualLoop();
  private final FakeProbes probes = new FakeProbes(time);
  private final Freeze freeze = new Freeze();
  private final List<String> changes = new ArrayList<>();
  private final Map<Target, CheckedTarget> checked = new LinkedHashMap<>();
  private boolean listenerFails;
  private Rounds rounds = rounds(1024);

  private static Target target(int i) {
    return Check.tcp(80)
        .every(INTERVAL)
        .within(TIMEOUT)
        .verdictAfter(2, 3)
        .of(IpAddress.of(new byte[] {10, 0, (byte) (i >> 8), (byte) i}));
  }

  private Rounds rounds(int atOnce) {
    return new Rounds(
        time.loop(),
        probes::of,
        atOnce,
        new Pace(new SplittableRandom(SEED)),
        freeze,
        Clock.fixed(NOON, ZoneOffset.UTC),
        time::nanos,
        this::changed);
  }

  private void changed(Target target, TargetHealth now) {
    changes.add(target.backend() + " " + now.health() + " " + now.lastResult());
    if (listenerFails) {
      throw new IllegalStateException("listener fails");
    }
  }

  private void begin(Target target) {
    CheckedTarget begun = new CheckedTarget(target, false, Instant.EPOCH);
    checked.put(target, begun);
    rounds.begin(begun);
  }

  /** Lets time pass until a check of {@code target} has begun, one more than before. */
  private void passToNextCheck(Target target) {
    int before = starts(target).size();
    while (starts(target).size() == before) {
      time.pass(Duration.ofMillis(1));
    }
  }

  private TargetHealth health(Target target) {
    return checked.get(target).health();
  }

  private List<Long> starts(Target target) {
    return probes.get(target).startsNanos;
  }

  @Test
  void shouldCheckEachTargetAtItsIntervalGiveOrTakeATenth() {
    begin(ONE);
    long begun = time.nanos();
    time.pass(Duration.ofMinutes(10));
    List<Long> starts = starts(ONE);
    assertTrue(starts.get(0) - begun < INTERVAL.toNanos());
    for (int i = 1; i < starts.size(); i++) {
      long gap = starts.get(i) - starts.get(i - 1);
      assertTrue(gap >= 1_800_000_000L && gap <= 2_200_000_001L, gap + " ns");
    }
    assertEquals(300, starts.size(), 10);
    assertEquals(starts.size(), health(ONE).checks(), 1);
  }

  @Test
  void shouldSpreadManyTargetsWithoutABurst() {
    List<Target> many = IntStream.range(0, 5000).mapToObj(RoundsTest::target).toList();
    many.forEach(this::begin);
    long begun = time.nanos();
    time.pass(Duration.ofSeconds(20));
    int[] perTenth = new int[200]; // of a second; 250 checks each, on average
    for (Target target : many) {
      starts(target).forEach(at -> perTenth[(int) ((at - begun) / 100_000_000)]++);
    }
    for (int count : perTenth) {
      assertTrue(
          count > 150 && count < 350, count + " checks in a tenth of a second, seed " + SEED);
    }
    assertTrue(probes.mostRunning < 20, probes.mostRunning + " at once");
    assertEquals(0, rounds.takeWorstLateness());
  }

  @Test
  void shouldTakeResultsIntoAccountAndTellOfChangesOnly() {
    begin(ONE);
    time.pass(Duration.ofSeconds(20));
    assertEquals(List.of("10.0.0.1 UP fine in 1 ms"), changes);
    assertEquals(NOON, health(ONE).since());
    probes.result = Result.bad("connection refused");
    time.pass(Duration.ofSeconds(20));
    assertEquals("10.0.0.1 DOWN connection refused", changes.get(1));
    assertEquals(4, health(ONE).riseInForce());
    probes.result = Result.good("fine again", Duration.ofMillis(7));
    time.pass(Duration.ofSeconds(20));
    assertEquals("10.0.0.1 UP fine again in 7 ms", changes.get(2));
    assertEquals(3, changes.size());
    TargetHealth last = health(ONE);
    assertEquals(Optional.of(Duration.ofMillis(7)), last.latency());
    long good = last.checks() - last.failures();
    assertTrue(last.failures() > 3 && good > 6, last.toString());
    assertTrue(last.total().toMillis() > good && last.total().toMillis() < 7 * good);
  }

  @Test
  void shouldKeepTheLatencyOfTheLastGoodCheck() {
    begin(ONE);
    time.pass(INTERVAL);
    probes.result = Result.bad("connection refused");
    time.pass(Duration.ofSeconds(5));
    assertEquals("connection refused", health(ONE).lastResult());
    assertEquals(Optional.of(Duration.ofMillis(1)), health(ONE).latency());
  }

  @Test
  void shouldGiveUpAfterTheTimeout() {
    probes.result = null;
    begin(ONE);
    time.pass(Duration.ofSeconds(20));
    assertEquals(List.of("10.0.0.1 DOWN silent for 1 s"), changes);
    assertEquals(0, probes.overlaps);
    assertTrue(probes.running <= 1);
  }

  @Test
  void shouldNeverOverlapACheckWithItself() {
    Target slow = Check.tcp(80).every(TIMEOUT).within(Duration.ofSeconds(5)).here();
    probes.after = Duration.ofSeconds(4);
    begin(slow);
    time.pass(Duration.ofSeconds(60));
    assertEquals(0, probes.overlaps);
    assertEquals(15, starts(slow).size(), 1); // one as soon as the other is over
    assertEquals(0, rounds.takeWorstLateness()); // it is the backend that is slow
  }

  @Test
  void shouldLetOthersWaitTheirTurnInOrder() {
    rounds = rounds(3);
    probes.after = Duration.ofMillis(900);
    List<Target> ten = IntStream.range(0, 10).mapToObj(RoundsTest::target).toList();
    ten.forEach(this::begin);
    time.pass(Duration.ofSeconds(60));
    assertEquals(3, probes.mostRunning);
    long most = ten.stream().mapToLong(t -> health(t).checks()).max().orElseThrow();
    long least = ten.stream().mapToLong(t -> health(t).checks()).min().orElseThrow();
    assertTrue(least >= 15 && most - least <= 3, least + " to " + most + " checks");
  }

  @Test
  void shouldNoticeThatChecksBeginMoreThanAnIntervalLate() {
    rounds = rounds(1);
    probes.after = Duration.ofMillis(900);
    IntStream.range(0, 10).mapToObj(RoundsTest::target).forEach(this::begin);
    time.pass(Duration.ofSeconds(60));
    long late = rounds.takeWorstLateness(); // all ten take 9 s, seven more than they have
    assertTrue(late > 4_000_000_000L && late < 7_000_000_000L, late + " ns");
    probes.after = Duration.ofMillis(1);
    time.pass(Duration.ofSeconds(20));
    rounds.takeWorstLateness();
    time.pass(Duration.ofSeconds(20));
    assertEquals(0, rounds.takeWorstLateness());
  }

  @Test
  void shouldNoticeLatenessOfChecksThatHaveNotBegunYet() {
    rounds = rounds(1);
    Target stuck = Check.tcp(80).every(INTERVAL).within(Duration.ofHours(1)).here();
    probes.result = null;
    begin(stuck);
    time.pass(INTERVAL);
    begin(ONE);
    time.pass(Duration.ofSeconds(30));
    assertEquals(List.of(), starts(ONE));
    long late = rounds.takeWorstLateness();
    assertTrue(late > 26_000_000_000L && late <= 28_000_000_000L, late + " ns");
  }

  @Test
  void shouldNotMakeUpForWhatWasMissed() {
    begin(ONE);
    time.pass(Duration.ofSeconds(10));
    int before = starts(ONE).size();
    time.block(Duration.ofMinutes(5));
    time.pass(Duration.ofMillis(1700));
    assertEquals(before + 1, starts(ONE).size());
    assertTrue(rounds.takeWorstLateness() > Duration.ofMinutes(4).toNanos());
  }

  @Test
  void shouldNotBlameTheBackendForATimeoutThatWasNoticedTooLate() {
    begin(ONE);
    time.pass(INTERVAL);
    probes.result = null;
    passToNextCheck(ONE);
    rounds.takeWorstLateness();
    time.block(Duration.ofSeconds(5));
    time.pass(Duration.ZERO);
    assertEquals("not checked: the checker itself was late", health(ONE).lastResult());
    assertEquals(0, health(ONE).failures());
    assertTrue(rounds.takeWorstLateness() > 0);
    time.pass(Duration.ofSeconds(12));
    assertEquals(Health.DOWN, health(ONE).health()); // later ones count again
  }

  /** As many as would overflow the stack if each began the next. */
  @Test
  void shouldGetThroughManyThatEndAsSoonAsTheyBegin() {
    rounds = rounds(1);
    Target stuck = Check.tcp(80).every(INTERVAL).within(Duration.ofHours(1)).here();
    probes.result = null;
    begin(stuck);
    time.pass(INTERVAL);
    probes.result = Result.bad("connection refused");
    probes.after = Duration.ZERO;
    IntStream.range(0, 20_000).mapToObj(RoundsTest::target).forEach(this::begin);
    time.pass(INTERVAL);
    assertEquals(1, probes.running);
    probes.get(stuck).answer(Result.good("at last"));
    time.pass(Duration.ZERO);
    checked.remove(stuck);
    assertEquals(
        Map.of(1L, 20_000L),
        checked.values().stream().collect(groupingBy(t -> t.health().checks(), counting())));
  }

  @Test
  void shouldEndAtOnceAndIgnoreLateResults() {
    probes.result = null;
    begin(ONE);
    passToNextCheck(ONE);
    FakeProbes.FakeProbe probe = probes.get(ONE);
    assertEquals(1, probes.running);
    rounds.end(checked.get(ONE));
    assertEquals(0, probes.running);
    assertTrue(probe.closed);
    probe.answer(Result.good("too late"));
    time.pass(Duration.ofMinutes(1));
    assertEquals(1, probe.startsNanos.size());
    assertEquals(List.of(), changes);
    assertEquals("not checked yet", health(ONE).lastResult());
  }

  /** Dropped from any thread; the loop hears of it later. */
  @Test
  void shouldIgnoreResultsOfDroppedTargets() {
    begin(ONE);
    checked.get(ONE).drop();
    time.pass(Duration.ofSeconds(10));
    assertEquals(List.of(), changes);
    assertEquals(0, health(ONE).checks());
  }

  @Test
  void shouldGiveTheTurnsOfEndedChecksToOthers() {
    rounds = rounds(1);
    probes.result = null;
    Target stuck = Check.tcp(80).every(INTERVAL).within(Duration.ofHours(1)).here();
    begin(stuck);
    time.pass(INTERVAL);
    begin(ONE);
    begin(target(2));
    time.pass(INTERVAL);
    assertEquals(0, starts(ONE).size() + starts(target(2)).size());
    rounds.end(checked.get(ONE)); // while it waits
    rounds.end(checked.get(stuck)); // while it runs
    time.pass(Duration.ZERO);
    assertEquals(0, starts(ONE).size());
    assertEquals(1, starts(target(2)).size());
  }

  @Test
  void shouldThrowResultsAwayWhileFrozen() {
    begin(ONE);
    time.pass(Duration.ofSeconds(10));
    TargetHealth before = health(ONE);
    freeze.set(true);
    probes.result = Result.bad("no route to host");
    time.pass(Duration.ofMinutes(1));
    assertEquals(before, health(ONE));
    int during = starts(ONE).size();
    assertTrue(during > 20); // it goes on checking
    freeze.set(false);
    time.pass(Duration.ofSeconds(10));
    assertEquals(Health.DOWN, health(ONE).health());
  }

  @Test
  void shouldNotCountACheckThatWasUnderWayWhileFrozen() {
    probes.result = null;
    begin(ONE);
    passToNextCheck(ONE);
    freeze.set(true);
    freeze.set(false);
    probes.get(ONE).answer(Result.bad("connection reset"));
    assertEquals(0, health(ONE).checks());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldSayNothingOfABackendThatCouldNotBeChecked(boolean atOnce) {
    begin(ONE);
    time.pass(Duration.ofSeconds(10));
    TargetHealth before = health(ONE);
    probes.result = Result.none("Too many open files");
    probes.after = atOnce ? Duration.ZERO : Duration.ofMillis(1);
    try (LogLines log = new LogLines(OwnFaults.class)) {
      time.pass(Duration.ofSeconds(50));
      assertEquals(before.withLastResult("not checked: Too many open files"), health(ONE));
      assertEquals(
          List.of(
              "health check without a result backend=10.0.0.1"
                  + " reason=\"not checked: Too many open files\""),
          log.at(Level.WARN));
      time.pass(Duration.ofSeconds(60));
      assertEquals(2, log.at(Level.WARN).size());
    }
  }

  @Test
  void shouldGoOnWhenTheListenerFails() {
    listenerFails = true;
    begin(ONE);
    begin(target(2));
    try (LogLines log = new LogLines(Rounds.class)) {
      time.pass(Duration.ofSeconds(20));
      assertEquals(2, changes.size());
      assertEquals(2, log.at(Level.ERROR).size());
    }
    assertTrue(health(ONE).checks() > 5);
  }

  @Test
  void shouldGoOnWhenAProbeFails() {
    Probe broken =
        new Probe() {
          @Override
          public Run start(java.util.function.Consumer<Result> done) {
            throw new IllegalStateException("bug");
          }

          @Override
          public void close() {}
        };
    rounds =
        new Rounds(
            time.loop(),
            target -> target.equals(ONE) ? broken : probes.of(target),
            1,
            new Pace(new SplittableRandom(SEED)),
            freeze,
            Clock.systemUTC(),
            time::nanos,
            this::changed);
    begin(ONE);
    begin(target(2));
    try (LogLines log = new LogLines(Routine.class)) {
      time.pass(Duration.ofSeconds(20));
      assertTrue(log.at(Level.ERROR).size() > 5);
    }
    assertEquals("not checked: java.lang.IllegalStateException: bug", health(ONE).lastResult());
    assertTrue(health(target(2)).checks() > 5);
    assertFalse(changes.isEmpty());
  }
}
