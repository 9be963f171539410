package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.FILE;
import static io.lbdirector.director.ConfigText.table;
import static io.lbdirector.director.RunningDirector.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.SwapStep;
import io.lbdirector.director.DirectorControl.Event;
import io.lbdirector.director.DirectorControl.OverrideReport;
import io.lbdirector.director.DirectorControl.StateOrder;
import io.lbdirector.director.DirectorControl.StateReport;
import io.lbdirector.director.DirectorControl.TableBackendReport;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shares that go with time, in a director over a data plane in this kernel. Needs root. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class DirectorSlowStartTest {
  private static final String A = "10.0.1.1";
  private static final String B = "10.0.1.2";
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
  private static final String WEB =
      DIRECTOR
          + table("web", "203.0.113.10", A, B)
              .replace("name = \"web\"\n", "name = \"web\"\nslow_start = \"100s\"\n");
  private static final String FILLING = WEB + "state = \"filling\"\n";

  @TempDir Path folder;
  private final AtomicReference<Instant> time = new AtomicReference<>(START);
  private RunningDirector running;
  private BlockingQueue<Event> events;
  private int all;

  @BeforeEach
  void start() {
    running = RunningDirector.start(WEB, folder);
    all = b().rows();
    running.time(time::get);
    restart(WEB);
  }

  private void restart(String toml) {
    running.restart(toml);
    running.director().start();
    events = new LinkedBlockingQueue<>();
    running.director().events(0, events::add);
  }

  @AfterEach
  void end() {
    running.close();
  }

  private TableBackendReport b() {
    return await(running.director().table("web")).orElseThrow().backends().get(1);
  }

  private StateReport set(BackendState state, OptionalInt share, Optional<Duration> over) {
    return await(
        running
            .director()
            .setState(
                "web",
                IpAddress.parse(B),
                Optional.of(new StateOrder(state, share, over)),
                "the test"));
  }

  /** Lets it be later, and waits until the share has followed. */
  private int rowsAt(int seconds, String state, Optional<Integer> share) throws Exception {
    time.set(START.plusSeconds(seconds));
    while (!b().state().equals(state) || !b().sharePercent().equals(share)) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return b().rows();
  }

  private void assertShare(int percent, int rows) {
    assertEquals(all * percent / 100.0, rows, 0.02 * all, percent + " % of " + all);
  }

  private Event awaitEvent(String type) throws InterruptedException {
    Event event = events.take();
    while (!event.type().equals(type)) {
      event = events.poll(60, TimeUnit.SECONDS);
    }
    return event;
  }

  @Test
  void shouldGiveABackendThatFillsMoreAndMoreRows() throws Exception {
    assertTrue(all > ForwardingTable.ROWS / 3, "rows of B: " + all);
    running.reload(FILLING, FILE);
    assertShare(1, rowsAt(0, "filling", Optional.of(1)));
    assertShare(30, rowsAt(30, "filling", Optional.of(30)));
    assertShare(75, rowsAt(75, "filling", Optional.of(75)));
    assertEquals(all, rowsAt(100, "filling", Optional.empty()));
    assertEquals("10.0.1.2 of web has all of its share", awaitEvent("share").message());
    long generation = running.status().generation();
    TimeUnit.MILLISECONDS.sleep(500); // a step more, if there were one
    assertEquals(generation, running.status().generation());
  }

  @Test
  void shouldGoOnWithASlowStartAfterARestart() throws Exception {
    running.reload(FILLING, FILE);
    rowsAt(40, "filling", Optional.of(40));
    long generation = running.status().generation();
    restart(FILLING);
    assertEquals(generation, running.status().generation());
    assertShare(60, rowsAt(60, "filling", Optional.of(60)));
  }

  @Test
  void shouldDrainStepByStepAlsoOverARestart() throws Exception {
    StateReport report =
        set(BackendState.DRAINING, OptionalInt.empty(), Optional.of(Duration.ofSeconds(50)));
    assertEquals("filling", report.state());
    assertEquals(Optional.of(99), report.sharePercent());
    Event asked = awaitEvent("state");
    assertEquals("10.0.1.2 of web is draining over 50 s, by the test", asked.message());
    assertEquals(99, asked.details().get("share_percent"));
    assertEquals(50L, asked.details().get("over_seconds"));
    assertShare(50, rowsAt(25, "filling", Optional.of(50)));
    restart(WEB);
    OverrideReport override = running.status().overrides().get(0);
    assertEquals("draining", override.state());
    assertEquals(Optional.of(50L), override.overSeconds());
    assertShare(20, rowsAt(40, "filling", Optional.of(20)));
    assertEquals(0, rowsAt(50, "draining", Optional.empty()));
    assertEquals(
        "10.0.1.2 of web drains: it gets no new connections", awaitEvent("share").message());
  }

  @Test
  void shouldDrainFromTheShareThatABackendHas() throws Exception {
    set(BackendState.FILLING, OptionalInt.of(40), Optional.empty());
    assertShare(40, b().rows());
    assertEquals(
        "10.0.1.2 of web is filling, 40 % of its rows, by the test", awaitEvent("state").message());
    set(BackendState.DRAINING, OptionalInt.empty(), Optional.of(Duration.ofSeconds(100)));
    assertEquals(Optional.of(40), b().sharePercent());
    assertShare(20, rowsAt(50, "filling", Optional.of(20)));
  }

  private void setClock(Duration by) {
    time.set(time.get().plus(by));
    running.clockSet(by);
  }

  private void awaitOverrideAt(Instant at) throws InterruptedException {
    while (!running.status().overrides().get(0).setAt().equals(at.toString())) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT1H", "PT-1H"})
  void shouldGoOnWithADrainWhenTheClockIsSet(Duration by) throws Exception {
    set(BackendState.DRAINING, OptionalInt.empty(), Optional.of(Duration.ofSeconds(100)));
    assertShare(75, rowsAt(25, "filling", Optional.of(75)));
    setClock(by);
    awaitOverrideAt(START.plus(by));
    assertEquals(Optional.of(75), b().sharePercent());
    restart(WEB);
    awaitOverrideAt(START.plus(by));
    assertShare(50, rowsAt((int) by.toSeconds() + 50, "filling", Optional.of(50)));
  }

  @Test
  void shouldGoOnWithASlowStartWhenTheClockIsSet() throws Exception {
    running.reload(FILLING, FILE);
    assertShare(30, rowsAt(30, "filling", Optional.of(30)));
    try (LogLines log = new LogLines(Changes.class)) {
      setClock(Duration.ofDays(-1));
      while (log.at(Level.WARN).isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
    assertShare(60, rowsAt(60 - 24 * 60 * 60, "filling", Optional.of(60)));
  }

  @Test
  void shouldGoOnWhenTheKernelRefusedAStep() throws Exception {
    running.reload(FILLING, FILE);
    running.fail(SwapStep.PUBLISH, new IllegalStateException("no memory"));
    try (LogLines log = new LogLines(Changes.class)) {
      time.set(START.plusSeconds(30));
      while (log.at(Level.ERROR).isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
    assertEquals(Optional.of(1), b().sharePercent());
    running.observe(SwapStep.Observer.NONE);
    assertShare(30, rowsAt(30, "filling", Optional.of(30)));
  }
}
