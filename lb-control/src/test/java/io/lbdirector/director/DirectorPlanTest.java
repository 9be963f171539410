package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.FILE;
import static io.lbdirector.director.ConfigText.bytes;
import static io.lbdirector.director.ConfigText.table;
import static io.lbdirector.director.RunningDirector.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.SwapStep;
import io.lbdirector.director.DirectorControl.Event;
import io.lbdirector.director.DirectorControl.PlanReport;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.director.DirectorControl.StateOrder;
import io.lbdirector.director.DirectorControl.TableChange;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
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

/** Plans, rollbacks and confirmations, over a data plane in this kernel. Needs root. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class DirectorPlanTest {
  private static final String A = "10.0.1.1";
  private static final String B = "10.0.1.2";
  private static final String C = "10.0.1.3";
  private static final String ONE =
      DIRECTOR + table("web", "203.0.113.10", A, B) + table("mail", "203.0.113.11", A, B);
  private static final String OTHER =
      DIRECTOR + table("web", "203.0.113.10", A, C) + table("post", "203.0.113.12", A, B);

  @TempDir Path folder;
  private RunningDirector running;

  @BeforeEach
  void start() {
    running = RunningDirector.start(ONE, folder);
  }

  @AfterEach
  void end() {
    running.close();
  }

  private PlanReport plan(String toml) {
    return await(running.director().plan(bytes(toml), "plan.toml"));
  }

  private ReloadReport reload(String toml, Duration confirm) {
    return await(running.director().reload(bytes(toml), "new.toml", Optional.of(confirm)));
  }

  private String digest() {
    return await(running.director().table("web")).orElseThrow().digest();
  }

  @Test
  void shouldTellWhatAReloadThenDoes() {
    String before = digest();
    PlanReport plan = plan(OTHER);
    assertTrue(plan.changed());
    assertEquals(before, digest());
    assertEquals(1, running.status().generation());
    TableChange web = plan.tables().get(0);
    assertEquals("changed", web.change());
    assertEquals(List.of(C), web.backendsAdded());
    assertEquals(List.of(B), web.backendsRemoved());
    assertTrue(web.rowsMoved() > 0 && web.rowsLost() > 0, web.toString());
    assertEquals(web.rowsMoved(), web.rowsRescued() + web.rowsLost());
    TableChange post = plan.tables().get(1);
    assertEquals("post added", post.table() + " " + post.change());
    assertEquals(List.of("tcp 203.0.113.12:443"), post.bindsAdded());
    TableChange mail = plan.tables().get(2);
    assertEquals("mail removed", mail.table() + " " + mail.change());
    assertEquals(List.of(A, B), mail.backendsRemoved());
    assertTrue(
        plan.warnings().get(0).startsWith("table \"web\": second chance does not reach"),
        plan.warnings().toString());
    ReloadReport report = running.reload(OTHER, "plan.toml");
    assertEquals(plan.tables(), report.tables());
    assertEquals(plan.rowsMoved(), report.rowsMoved());
    assertEquals(plan.rowsRescued(), report.rowsRescued());
    assertEquals(plan.rowsLost(), report.rowsLost());
    assertEquals(plan.warnings(), report.warnings());
  }

  @Test
  void shouldPlanNothingForWhatIsLive() {
    PlanReport plan = plan(ONE);
    assertFalse(plan.changed());
    assertEquals(List.of(), plan.tables());
    assertEquals(0, plan.rowsMoved());
  }

  @Test
  void shouldRefuseToPlanABadFile() {
    assertEquals(
        "bogus",
        assertThrows(RefusedException.class, () -> plan("bogus = 1\n" + ONE))
            .problems()
            .get(0)
            .key());
    assertThrows(RefusedException.class, () -> plan(ONE.replace("\"lo\"", "\"eth9\"")));
  }

  @Test
  void shouldNameStatesThatChangeAndCountWhatWasSetByHand() {
    await(
        running
            .director()
            .setState(
                "mail",
                IpAddress.parse(B),
                Optional.of(StateOrder.of(BackendState.DRAINING)),
                "test"));
    assertFalse(plan(ONE + "state = \"draining\"\n").changed());
    String bInWeb = "ip = \"10.0.1.2\"\n";
    String drained = ONE.replaceFirst(bInWeb, bInWeb + "state = \"draining\"\n");
    TableChange web = plan(drained).tables().get(0);
    assertEquals(List.of("10.0.1.2 active to draining"), web.statesChanged());
    assertEquals(web.rowsMoved(), web.rowsRescued());
  }

  @Test
  void shouldEstimateTheShareOfTrafficThatMoves() {
    assertEquals(Optional.empty(), plan(OTHER).trafficPercent());
    byte[] frame =
        Frame.tcpSyn(Actors.CLIENT, 4711, IpAddress.parse("203.0.113.11"), 443).toBytes();
    running.plane().program().testRun(frame, 10);
    assertEquals(Optional.of(100.0), plan(OTHER).trafficPercent()); // all of it is for mail
    assertEquals(Optional.of(0.0), plan(ONE).trafficPercent());
  }

  @Test
  void shouldGoBackToTheConfigBefore() {
    String one = digest();
    running.reload(OTHER, "other.toml");
    String other = digest();
    await(running.director().rollback());
    assertEquals(one, digest());
    assertEquals(FILE, running.status().config());
    await(running.director().rollback());
    assertEquals(other, digest());
    assertEquals("other.toml", running.status().config());
  }

  @Test
  void shouldGoBackBehindAReloadThatChangedNothing() {
    String one = digest();
    running.reload(OTHER, "other.toml");
    running.reload(OTHER, "other.toml");
    await(running.director().rollback());
    assertEquals(one, digest());
  }

  @Test
  void shouldGoBackWithTheStatesOfToday() {
    running.reload(OTHER, "other.toml");
    await(
        running
            .director()
            .setState(
                "web",
                IpAddress.parse(A),
                Optional.of(StateOrder.of(BackendState.DRAINING)),
                "test"));
    await(running.director().rollback());
    assertEquals(
        List.of("draining", "active"),
        await(running.director().table("web")).orElseThrow().backends().stream()
            .map(b -> b.state())
            .toList());
  }

  @Test
  void shouldRefuseToGoBackFromTheFirstConfig() {
    assertThrows(RefusedException.class, () -> await(running.director().rollback()));
    assertThrows(RefusedException.class, () -> running.reload("x", "bad"));
    assertThrows(RefusedException.class, () -> await(running.director().rollback()));
    assertEquals(1, running.status().generation());
  }

  @Test
  void shouldGoBackByItselfUnlessConfirmed() throws Exception {
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    running.director().events(0, events::add);
    String one = digest();
    ReloadReport report = reload(OTHER, Duration.ofSeconds(1));
    assertFalse(report.confirmBy().isEmpty());
    awaitGeneration(events, 2);
    awaitGeneration(events, 3);
    assertEquals(one, digest());
    assertEquals("", running.status().confirmBy());
    assertThrows(RefusedException.class, () -> await(running.director().confirm()));
    assertFalse(Files.exists(folder.resolve("test/confirm.json")));
  }

  private static void awaitGeneration(BlockingQueue<Event> events, long generation)
      throws InterruptedException {
    while (true) {
      Event event = events.poll(60, TimeUnit.SECONDS);
      assertTrue(event != null, "generation " + generation + " did not come");
      if (event.type().equals("generation")
          && event.details().get("generation").equals(generation)) {
        return;
      }
    }
  }

  @Test
  void shouldStayWhenConfirmed() throws Exception {
    ReloadReport report = reload(OTHER, Duration.ofHours(1));
    String other = digest();
    assertEquals(report.confirmBy(), running.status().confirmBy());
    Path file = folder.resolve("test/confirm.json");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals("", await(running.director().confirm()).confirmBy());
    assertFalse(Files.exists(file));
    assertEquals(other, digest());
    assertThrows(RefusedException.class, () -> await(running.director().confirm()));
  }

  @Test
  void shouldTakeAnotherReloadForAConfirmation() {
    reload(OTHER, Duration.ofHours(1));
    running.reload(ONE, FILE);
    assertEquals("", running.status().confirmBy());
    assertFalse(Files.exists(folder.resolve("test/confirm.json")));
  }

  @Test
  void shouldReturnToTheLastConfirmedConfigAlsoAfterARestart() throws Exception {
    String one = digest();
    reload(OTHER, Duration.ofHours(1));
    reload(OTHER.replace("443", "444"), Duration.ofHours(1));
    Path file = folder.resolve("test/confirm.json");
    String kept = Files.readString(file);
    running.restart(OTHER); // the file of the start is the new one
    Files.writeString(
        file,
        kept.substring(kept.indexOf('\n') + 1) // without the checksum, as after an edit
            .replaceFirst("\"deadline\":\"[^\"]*\"", "\"deadline\":\"" + Instant.EPOCH + "\""));
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    running.director().events(0, events::add);
    running.director().start();
    while (!digest().equals(one) || Files.exists(file)) { // which goes a moment later
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertEquals(FILE, running.status().config());
  }

  @Test
  void shouldTryToGoBackUntilItCan() throws Exception {
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    running.director().events(0, events::add);
    String one = digest();
    String confirmBy = reload(OTHER, Duration.ofSeconds(1)).confirmBy();
    running.fail(SwapStep.PUBLISH, new IllegalStateException("no memory"));
    Event refused = events.take();
    while (!refused.type().equals("refused")) {
      refused = events.poll(60, TimeUnit.SECONDS);
    }
    assertEquals(confirmBy, running.status().confirmBy());
    assertTrue(Files.exists(folder.resolve("test/confirm.json")));
    running.observe(SwapStep.Observer.NONE);
    awaitGeneration(events, 3);
    assertEquals(one, digest());
    assertEquals("", running.status().confirmBy());
    assertFalse(Files.exists(folder.resolve("test/confirm.json")));
  }

  @Test
  void shouldLeaveAtLeastTheTimeThatWasAskedFor() {
    running.clock(Clock.fixed(Instant.parse("2126-01-02T03:04:05.6Z"), ZoneOffset.UTC));
    running.restart(ONE);
    running.director().start();
    assertEquals("2126-01-02T04:04:06Z", reload(OTHER, Duration.ofHours(1)).confirmBy());
  }

  @Test
  void shouldWaitAsLongAsWasAskedForWhenTheClockIsSet() throws Exception {
    AtomicReference<Instant> time = new AtomicReference<>(Instant.parse("2126-01-02T03:04:05Z"));
    running.time(time::get);
    running.restart(ONE);
    running.director().start();
    reload(OTHER, Duration.ofHours(1));
    time.set(time.get().minusSeconds(86_400));
    running.clockSet(Duration.ofDays(-1));
    while (!running.status().confirmBy().equals("2126-01-01T04:04:06Z")) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    running.restart(ONE);
    running.director().start();
    assertEquals("2126-01-01T04:04:06Z", running.status().confirmBy());
  }

  @Test
  void shouldRefuseAReloadWhoseWayBackCannotBeKept() throws Exception {
    running.refuseState();
    assertThrows(RefusedException.class, () -> reload(OTHER, Duration.ofHours(1)));
    assertEquals(FILE, running.status().config());
    assertEquals("", running.status().confirmBy());
    assertEquals(running.followed().get(0), running.followed().get(running.followed().size() - 1));
  }

  @Test
  void shouldWaitForNoConfirmationOfAReloadThatFailed() {
    running.fail(SwapStep.PUBLISH, new IllegalStateException("no memory"));
    assertThrows(RefusedException.class, () -> reload(OTHER, Duration.ofHours(1)));
    assertEquals("", running.status().confirmBy());
    assertFalse(Files.exists(folder.resolve("test/confirm.json")));
  }
}
