package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.table;
import static io.lbdirector.director.RunningDirector.GATEWAY;
import static io.lbdirector.director.RunningDirector.GATEWAY6;
import static io.lbdirector.director.RunningDirector.LO;
import static io.lbdirector.director.RunningDirector.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.SwapStep;
import io.lbdirector.director.DirectorControl.CheckReport;
import io.lbdirector.director.DirectorControl.Event;
import io.lbdirector.director.DirectorControl.HealthReport;
import io.lbdirector.director.DirectorControl.StateOrder;
import io.lbdirector.director.DirectorControl.TableReport;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.Health;
import io.lbdirector.health.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rows that follow health, of a director over a data plane in this kernel. Needs root. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class DirectorHealthTest {
  private static final String A = "10.0.1.1";
  private static final String B = "10.0.1.2";
  private static final String C = "10.0.1.3";
  private static final String CHECK = "[[table.check]]\ntype = \"tcp\"\nport = 80\n";
  private static final String TOML =
      DIRECTOR
          + table("web", "203.0.113.10", A, B, C)
          + CHECK
          + table("mail", "203.0.113.11", A, B, C)
          + CHECK
          + table("unchecked", "203.0.113.12", A, B, C);

  @TempDir Path folder;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private RunningDirector running;

  @BeforeEach
  void start() {
    running = RunningDirector.start(TOML, folder);
    listen();
  }

  private void listen() {
    running.director().events(0, events::add);
  }

  @AfterEach
  void end() {
    running.close();
  }

  private void find(String backend, Health health) {
    running.health().find(backend, health);
    running.director().healthChanged();
  }

  /** The next event of a type that says so. */
  private Event awaitEvent(String type, Predicate<Event> which) throws InterruptedException {
    while (true) {
      Event event = events.poll(60, TimeUnit.SECONDS);
      assertTrue(event != null, "no event of type " + type);
      if (event.type().equals(type) && which.test(event)) {
        return event;
      }
    }
  }

  private Event awaitHealth(String table, String backend, String health)
      throws InterruptedException {
    return awaitEvent(
        "health",
        e ->
            e.details().get("table").equals(table)
                && e.details().get("backend").equals(backend)
                && e.details().get("health").equals(health));
  }

  private TableReport table0(String name) {
    return await(running.director().table(name)).orElseThrow();
  }

  private List<Integer> led(String table) {
    return table0(table).backends().stream().map(b -> b.rows()).toList();
  }

  private List<String> health(String table) {
    return table0(table).backends().stream().map(b -> b.health()).toList();
  }

  @Test
  void shouldMoveTheRowsOfEveryTableThatNamesADeadBackendInOneGeneration() throws Exception {
    List<Integer> unchecked = led("unchecked");
    find(B, Health.DOWN);
    Event event = awaitHealth("web", B, "down");
    assertEquals("10.0.1.2 of web is down: connection refused", event.message());
    awaitHealth("mail", B, "down");
    assertEquals(0, led("web").get(1));
    assertEquals(0, led("mail").get(1));
    assertEquals(unchecked, led("unchecked"));
    assertEquals(2, running.status().generation());
    assertEquals(List.of("unknown", "down", "unknown"), health("web"));
    assertEquals("down", await(running.director().backends()).get(1).health());
    assertEquals("unknown", health("unchecked").get(1));
    find(B, Health.UP);
    awaitHealth("mail", B, "up");
    assertEquals(unchecked, led("web"));
    assertEquals(3, running.status().generation());
  }

  @Test
  void shouldPublishNothingWhenABackendIsFoundUpForTheFirstTime() throws Exception {
    find(A, Health.UP);
    awaitHealth("mail", A, "up");
    assertEquals(1, running.status().generation());
    assertEquals(List.of("up", "unknown", "unknown"), health("web"));
  }

  @Test
  void shouldGatherABurstIntoOneGeneration() throws Exception {
    running.reload(
        DIRECTOR + table("web", "203.0.113.10", A, B, C, "10.0.1.4", "10.0.1.5") + CHECK, "five");
    long before = running.status().generation();
    find(A, Health.DOWN);
    find(B, Health.DOWN);
    awaitHealth("web", B, "down");
    assertEquals(before + 1, running.status().generation());
    assertEquals(List.of(0, 0), led("web").subList(0, 2));
  }

  @Test
  void shouldCountAllAsUpWhenTooManyAreDown() throws Exception {
    List<Integer> healthy = led("web");
    find(A, Health.DOWN);
    awaitHealth("mail", A, "down");
    try (LogLines log = new LogLines(HealthNews.class)) {
      find(B, Health.DOWN);
      awaitEvent("panic", e -> e.details().get("table").equals("mail"));
      assertEquals(2, log.at(Level.ERROR).size(), log.toString());
    }
    assertEquals(healthy, led("web"));
    HealthReport report = await(running.director().health());
    assertTrue(report.tables().get(0).panic());
    assertEquals(2, report.tables().get(0).down());
    assertEquals(50, report.tables().get(0).maxDownPercent());
    assertEquals(
        "table \"web\": 2 of 3 backends are proven down, more than max_down = 50%: all count as up",
        running.status().warnings().get(0));
    find(A, Health.UP);
    Event over = awaitEvent("panic", e -> e.details().get("table").equals("mail"));
    assertEquals(false, over.details().get("panic"));
    assertEquals(0, led("web").get(1));
    assertEquals(List.of(), running.status().warnings());
  }

  @Test
  void shouldKeepHealthOverAReloadAndARestart() throws Exception {
    find(B, Health.DOWN);
    awaitHealth("mail", B, "down");
    running.reload(TOML.replace("mail", "post"), "renamed.toml");
    assertEquals(0, led("post").get(1));
    running.reload(TOML, "back.toml");
    long generation = running.status().generation();
    running.health().check(Set.of(), Set.of()); // the next daemon's checks know nothing
    running.restart(TOML);
    running.director().start();
    assertTrue(running.status().adopted());
    assertEquals(generation, running.status().generation());
    assertEquals(0, led("web").get(1));
    assertEquals(
        Set.of(IpAddress.parse(B)),
        running.health().downBefore.stream().map(Target::backend).collect(Collectors.toSet()));
    listen();
    find(B, Health.UP);
    awaitHealth("mail", B, "up");
    assertTrue(led("web").get(1) > 0);
  }

  @Test
  void shouldTellAndKeepWhatAReloadFindsOutFirst() throws Exception {
    running.health().find(B, Health.DOWN); // the news has not come yet
    running.reload(TOML.replace("mail", "post"), "renamed.toml");
    assertEquals(
        "10.0.1.2 of web is down: connection refused", awaitHealth("web", B, "down").message());
    assertEquals(0, led("web").get(1));
    assertEquals(
        "{\"version\":1,\"down\":{\"post\":[\"10.0.1.2\"],\"web\":[\"10.0.1.2\"]},\"filling\":{}}\n",
        kept());
    running.reload(DIRECTOR + table("web", "203.0.113.10", A, B, C) + CHECK, "fewer.toml");
    assertEquals("{\"version\":1,\"down\":{\"web\":[\"10.0.1.2\"]},\"filling\":{}}\n", kept());
  }

  private String kept() throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("test/remembered.json"));
    return String.join("\n", lines.subList(1, lines.size())) + "\n"; // behind the checksum
  }

  @Test
  void shouldTellAndKeepWhatAStateSetByHandFindsOutFirst() throws Exception {
    running.health().find(B, Health.DOWN);
    await(
        running
            .director()
            .setState(
                "unchecked",
                IpAddress.parse(A),
                Optional.of(StateOrder.of(BackendState.DRAINING)),
                "test"));
    awaitHealth("mail", B, "down");
    assertTrue(kept().contains(B));
  }

  @Test
  void shouldHoldThoseThatAreDownToBeSoWhenTheirCheckIsEdited() throws Exception {
    find(B, Health.DOWN);
    awaitHealth("mail", B, "down");
    String edited = TOML.replace("port = 80", "port = 81");
    assertEquals(
        0, await(running.director().plan(ConfigText.bytes(edited), "edited.toml")).rowsMoved());
    assertEquals(0, running.reload(edited, "edited.toml").rowsMoved());
    assertEquals(List.of("unknown", "down", "unknown"), health("web"));
    assertEquals(0, led("web").get(1));
    find(B, Health.UP);
    awaitHealth("web", B, "up");
    assertTrue(led("web").get(1) > 0);
  }

  @Test
  void shouldGoBackFromAChangeOfChecksOnly() {
    assertEquals(Set.of(80), ports());
    assertFalse(running.reload(TOML.replace("port = 80", "port = 81"), "edited.toml").changed());
    assertEquals(Set.of(81), ports());
    await(running.director().rollback());
    assertEquals(Set.of(80), ports());
  }

  private Set<Integer> ports() {
    return running.health().targets().stream()
        .map(target -> target.check().port().getAsInt())
        .collect(Collectors.toSet());
  }

  @Test
  void shouldRemoveABackendThatDrainsAndDies() throws Exception {
    await(
        running
            .director()
            .setState(
                "web",
                IpAddress.parse(A),
                Optional.of(StateOrder.of(BackendState.DRAINING)),
                "the test"));
    find(B, Health.DOWN);
    awaitHealth("web", B, "down");
    assertEquals(List.of(0, 0, ForwardingTable.ROWS), led("web"));
  }

  @Test
  void shouldCheckEveryBackendOfTheLiveConfigAndNoOther() {
    assertEquals(Set.of(A, B, C), checked());
    running.reload(DIRECTOR + table("web", "203.0.113.10", A, "10.0.1.9") + CHECK, "other");
    assertEquals(Set.of(A, "10.0.1.9"), checked());
    running.reload(DIRECTOR + table("web", "203.0.113.10", A), "none");
    assertEquals(Set.of(), checked());
  }

  private Set<String> checked() {
    return running.health().targets().stream()
        .map(t -> t.backend().toString())
        .collect(Collectors.toSet());
  }

  @Test
  void shouldFreezeWhileNoInterfaceHasACarrier() {
    assertFalse(running.health().frozen);
    PortState up = RunningDirector.port(LO, GATEWAY, GATEWAY6);
    running.director().portChanged(down(up));
    assertTrue(await(running.director().health()).frozen());
    assertTrue(running.health().frozen);
    running.director().portChanged(up);
    assertFalse(await(running.director().health()).frozen());
    assertFalse(running.health().frozen);
  }

  private static PortState down(PortState port) {
    return new PortState(
        port.ifindex(),
        port.name(),
        port.mac(),
        port.mtu(),
        false,
        port.gateway(),
        port.gatewayMac(),
        port.gatewayState(),
        port.gateway6(),
        port.gateway6Mac(),
        port.gateway6State());
  }

  @Test
  void shouldTryAgainWhenTheKernelRefuses() throws Exception {
    running.fail(SwapStep.PUBLISH, new IllegalStateException("no memory"));
    find(B, Health.DOWN);
    try (LogLines log = new LogLines(Changes.class)) {
      while (log.at(Level.ERROR).isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
    assertEquals(1, running.status().generation());
    assertEquals("unknown", health("web").get(1));
    running.observe(SwapStep.Observer.NONE);
    awaitHealth("web", B, "down");
    assertEquals(0, led("web").get(1));
  }

  @Test
  void shouldReportEveryCheck() {
    running.health().find(B, Health.DOWN);
    running.health().stalled = Optional.of(Duration.ofSeconds(7));
    HealthReport report = await(running.director().health());
    assertEquals(7, report.stalledSeconds());
    assertEquals(List.of("web", "mail"), names(report));
    List<CheckReport> checks = report.tables().get(0).checks();
    assertEquals(3, checks.size());
    assertEquals(
        new CheckReport(
            B,
            "tcp :80",
            "down",
            "2026-01-02T03:04:05Z",
            "connection refused",
            Optional.empty(),
            0),
        checks.get(1));
  }

  private static List<String> names(HealthReport report) {
    List<String> names = new ArrayList<>();
    report.tables().forEach(table -> names.add(table.table()));
    return names;
  }
}
