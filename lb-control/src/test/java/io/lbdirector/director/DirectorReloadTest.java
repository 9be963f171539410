package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.DIRECTOR6;
import static io.lbdirector.director.ConfigText.FILE;
import static io.lbdirector.director.ConfigText.table;
import static io.lbdirector.director.RunningDirector.GATEWAY;
import static io.lbdirector.director.RunningDirector.GATEWAY6;
import static io.lbdirector.director.RunningDirector.LO;
import static io.lbdirector.director.RunningDirector.UNKNOWN;
import static io.lbdirector.director.RunningDirector.await;
import static io.lbdirector.director.RunningDirector.port;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.SwapStep;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.director.DirectorControl.StartingException;
import io.lbdirector.director.DirectorControl.StatusReport;
import io.lbdirector.director.DirectorControl.TableReport;
import io.lbdirector.forwarding.MacAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Reloads of a director over a data plane in this kernel. Needs root. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class DirectorReloadTest {
  private static final String VIP = "203.0.113.10";
  private static final String ONE = DIRECTOR + table("web", VIP, "10.0.1.1", "10.0.1.2");
  private static final String OTHER = DIRECTOR + table("web", VIP, "10.0.1.1", "10.0.1.3");
  private static final String SIX =
      DIRECTOR6 + table("web", "2001:db8:113::10", "2001:db8:1::1", "2001:db8:1::2");

  private RunningDirector running;

  @AfterEach
  void end() {
    running.close();
  }

  @Test
  void shouldPublishAReload() {
    running = RunningDirector.start(ONE);
    ReloadReport report = running.reload(OTHER, "other.toml");
    assertEquals(2, report.generation());
    assertTrue(report.changed());
    assertEquals(1, report.tablesBuilt());
    assertTrue(report.rowsMoved() > 0, report.toString());
    assertTrue(report.rowsLost() > 0, report.toString());
    assertEquals(1, report.warnings().size());
    assertEquals(2, running.plane().generation());
    assertEquals(List.of("10.0.1.1", "10.0.1.3"), backends());
    StatusReport status = running.status();
    assertEquals("other.toml", status.config());
    assertEquals(2, status.generation());
    assertFalse(status.adopted());
  }

  @Test
  void shouldRefuseABadFileWithEveryProblemAndStay() {
    running = RunningDirector.start(ONE);
    RefusedException e =
        assertThrows(
            RefusedException.class, () -> running.reload(ONE + "bogus = 1\nweight = 0\n", "bad"));
    assertEquals(2, e.problems().size());
    assertStaysAtOne();
  }

  @Test
  void shouldRefuseToChangeWhatADaemonHoldsOnTo() {
    running = RunningDirector.start(ONE);
    RefusedException e =
        assertThrows(
            RefusedException.class, () -> running.reload(ONE.replace("\"lo\"", "\"eth9\""), "bad"));
    assertEquals("director.interfaces", e.problems().get(0).key());
    assertStaysAtOne();
  }

  @Test
  void shouldRefuseWhateverTheKernelSideThrowsAndTakeTheNextReload() {
    running = RunningDirector.start(ONE);
    List<RuntimeException> failures =
        List.of(
            new UncheckedIOException("pin table", new IOException("EPERM")),
            new IllegalArgumentException("no such pin"),
            new IllegalStateException());
    for (RuntimeException failure : failures) {
      running.fail(SwapStep.INSTALL, failure);
      RefusedException e =
          assertThrows(RefusedException.class, () -> running.reload(OTHER, "other.toml"));
      assertEquals(failure, e.getCause());
      String why = failure.getMessage() == null ? failure.toString() : failure.getMessage();
      assertEquals(why, e.problems().get(0).message());
      assertStaysAtOne();
    }
    running.observe(SwapStep.Observer.NONE);
    assertEquals(2, running.reload(OTHER, "other.toml").generation());
  }

  private void assertStaysAtOne() {
    assertEquals(1, running.plane().generation());
    assertEquals(FILE, running.status().config());
    assertEquals(List.of("10.0.1.1", "10.0.1.2"), backends());
  }

  @Test
  void shouldPublishNothingForTheSameConfig() {
    running = RunningDirector.start(ONE);
    StatusReport before = running.status();
    ReloadReport report = running.reload(ONE, FILE);
    assertFalse(report.changed());
    assertEquals(1, report.generation());
    assertEquals(0, report.tablesBuilt());
    assertEquals(List.of(), report.warnings());
    assertEquals(before, running.status());
  }

  @Test
  void shouldServeNewNamesWeightsAndWarningsWithoutAGeneration() {
    running = RunningDirector.start(ONE);
    running.attached(LO);
    String publishedAt = running.status().publishedAt();
    String scaled =
        table("renamed", VIP, "10.0.1.1", "10.0.1.2")
            .replace("[[table.backend]]", "[[table.backend]]\nweight = 7\nstate = \"draining\"");
    ReloadReport report = running.reload(DIRECTOR + scaled, "b.toml");
    assertFalse(report.changed());
    assertEquals(1, report.generation());
    assertEquals(1, report.warnings().size());
    StatusReport status = running.status();
    assertEquals("b.toml", status.config());
    assertEquals(report.warnings().get(0), status.warnings().get(0));
    assertTrue(status.warnings().get(1).endsWith("returns to " + FILE), status.toString());
    assertEquals(publishedAt, status.publishedAt());
    TableReport renamed = await(running.director().table("renamed")).orElseThrow();
    assertEquals(7, renamed.backends().get(1).weight());
    assertEquals("renamed", renamed.binds().get(0).table());
    assertEquals(Optional.empty(), await(running.director().table("web")));
  }

  @Test
  void shouldStayTakenOverThroughARenaming() {
    running = RunningDirector.start(ONE);
    running.restart(ONE);
    running.director().start();
    assertTrue(running.status().adopted());
    running.reload(DIRECTOR + table("renamed", VIP, "10.0.1.1", "10.0.1.2"), "b.toml");
    assertTrue(running.status().adopted());
    assertEquals(1, running.plane().generation());
  }

  @Test
  void shouldPublishInTheOrderAskedFor() {
    running = RunningDirector.start(ONE);
    String[] many =
        IntStream.rangeClosed(1, 100).mapToObj(i -> "10.0.2." + i).toArray(String[]::new);
    Director director = running.director();
    CompletionStage<ReloadReport> slow =
        director.reload(
            ConfigText.bytes(DIRECTOR + table("web", VIP, many)), "slow.toml", Optional.empty());
    CompletionStage<ReloadReport> fast =
        director.reload(ConfigText.bytes(OTHER), "fast.toml", Optional.empty());
    assertEquals(2, await(slow).generation());
    assertEquals(3, await(fast).generation());
    assertEquals("fast.toml", running.status().config());
  }

  @Test
  void shouldAskToComeAgainBeforeTheStart() {
    running = RunningDirector.load(ONE);
    Director director = running.director();
    assertThrows(StartingException.class, () -> running.status());
    assertThrows(StartingException.class, () -> await(director.tables()));
    assertThrows(StartingException.class, () -> await(director.table("web")));
    assertThrows(StartingException.class, () -> await(director.backends()));
    assertThrows(StartingException.class, () -> await(director.counters()));
    assertThrows(StartingException.class, () -> running.reload(OTHER, "other.toml"));
    assertFalse(director.readiness().ready());
    director.start();
    assertEquals(1, running.plane().generation());
  }

  @Test
  void shouldWarnWhenTheOldGenerationIsNotFreed() {
    running = RunningDirector.start(ONE);
    running.fail(SwapStep.SWEEP, new IllegalStateException("no memory"));
    ReloadReport report = running.reload(OTHER, "other.toml");
    assertEquals(2, report.generation());
    assertTrue(report.warnings().get(0).contains("no memory"), report.toString());
    assertEquals(report.warnings().get(0), running.status().warnings().get(0));
  }

  @Test
  void shouldLogTheWarningsOfEachConfigThatGoesLive() {
    String draining = ONE.replace("[[table.backend]]", "[[table.backend]]\nstate = \"draining\"");
    try (LogLines log = new LogLines(Publisher.class)) {
      running = RunningDirector.start(draining);
      assertEquals(1, log.at(Level.WARN).size());
      assertTrue(log.at(Level.WARN).get(0).contains("no backend of table"), log.toString());
      running.reload(OTHER, "other.toml");
      assertEquals(1, log.at(Level.WARN).size());
      running.reload(draining, "draining.toml");
      assertEquals(2, log.at(Level.WARN).size());
      assertTrue(log.at(Level.WARN).get(1).contains("draining.toml"));
    }
  }

  @Test
  void shouldResolveTheGatewayOfAnotherFamilyBeforePacketsGoThere() {
    running = RunningDirector.load(ONE);
    running.director().portChanged(port(LO, GATEWAY, UNKNOWN));
    running.director().start();
    List<Optional<MacAddress>> atPublish = new CopyOnWriteArrayList<>();
    running.observe(
        step -> {
          if (step == SwapStep.PUBLISH) {
            atPublish.add(running.plane().port(LO).orElseThrow().gateway());
            atPublish.add(running.plane().port(LO).orElseThrow().gateway6());
          }
        });
    running.track(
        settings -> {
          if (settings.want4() && settings.want6()) {
            running.director().portChanged(port(LO, GATEWAY, GATEWAY6));
          }
        });
    ReloadReport report = running.reload(SIX, "six.toml");
    assertEquals(1, report.warnings().size(), report.toString()); // all connections are lost
    assertEquals(List.of(GATEWAY, GATEWAY6), atPublish);
    assertEquals(GatewayTrackerSettings.of(ConfigText.config(SIX).director()), lastFollowed());
  }

  @Test
  void shouldPublishWithAWarningWhenTheNewGatewayIsSilent() {
    running = RunningDirector.load(ONE);
    running.gatewayWait(Duration.ofMillis(1));
    running.restart(ONE);
    running.director().portChanged(port(LO, GATEWAY, UNKNOWN));
    running.director().start();
    running.attached(LO);
    ReloadReport report = running.reload(SIX, "six.toml");
    assertEquals(2, report.generation());
    assertEquals(
        "director.gateway6 = 2001:db8::1: there is no default route on lo; packets to IPv6"
            + " backends are dropped until its MAC is known",
        report.warnings().get(0));
    assertEquals(
        "the gateway's MAC on lo is not known yet", running.director().readiness().reason());
  }

  @Test
  void shouldFollowTheOldGatewaysAgainAfterARefusedReload() {
    running = RunningDirector.start(ONE);
    running.track(
        settings -> {
          if (settings.want6()) {
            running.director().portChanged(port(LO, GATEWAY, GATEWAY6));
          }
        });
    running.fail(SwapStep.PUBLISH, new IllegalStateException("refused"));
    assertThrows(RefusedException.class, () -> running.reload(SIX, "six.toml"));
    assertTrue(running.followed().stream().anyMatch(GatewayTrackerSettings::want6));
    assertEquals(GatewayTrackerSettings.of(ConfigText.config(ONE).director()), lastFollowed());
  }

  private GatewayTrackerSettings lastFollowed() {
    return running.followed().get(running.followed().size() - 1);
  }

  private List<String> backends() {
    return await(running.director().backends()).stream().map(b -> b.address()).toList();
  }
}
