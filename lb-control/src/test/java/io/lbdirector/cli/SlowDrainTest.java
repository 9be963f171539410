package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.admin.FakeDirector;
import io.lbdirector.director.DirectorControl.OverrideReport;
import io.lbdirector.director.DirectorControl.StateReport;
import io.lbdirector.director.DirectorControl.StatusReport;
import io.lbdirector.director.DirectorControl.TableBackendReport;
import io.lbdirector.director.DirectorControl.TableReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code drain --wait} of a backend whose rows go little by little. */
@Timeout(60)
class SlowDrainTest {
  private static final String SLOWLY =
      """
      10.0.1.12 of web is draining over 5m, 99 % of its rows now (active in the file)
      generation 8 is live, 1 row moved
      """;
  private static final String UNDONE = "lbctl: 10.0.1.12 of web does not drain any more\n";

  @TempDir Path folder;
  private LbctlRunner lbctl;

  @BeforeEach
  void serve() throws IOException {
    lbctl = new LbctlRunner(folder);
    asked("draining");
    stands("filling", Optional.of(99));
  }

  @AfterEach
  void stop() throws IOException {
    lbctl.close();
  }

  /** The state of the backend in force. */
  private void stands(String state, Optional<Integer> share) {
    lbctl.director.stateAnswer =
        CompletableFuture.completedFuture(
            new StateReport(8, true, "web", "10.0.1.12", state, share, "active", 1, List.of()));
    TableBackendReport backend =
        new TableBackendReport(
            "10.0.1.12", state, share, "active", "up", 1, Optional.empty(), 0, 0, 0);
    lbctl.director.tableAnswer =
        web ->
            new TableReport(
                web.name(),
                web.algorithm(),
                web.encapsulation(),
                web.hops(),
                web.hashFields(),
                web.digest(),
                web.slot(),
                web.balance(),
                web.binds(),
                List.of(backend));
  }

  /** What was set by hand, as status shows it. */
  private void asked(String state) {
    StatusReport plain = FakeDirector.status(List.of());
    OverrideReport override =
        new OverrideReport(
            "web", "10.0.1.12", state, Optional.empty(), Optional.of(300L), "active", "", "root");
    lbctl.director.statusAnswer =
        CompletableFuture.completedFuture(
            new StatusReport(
                plain.version(),
                plain.instance(),
                plain.pid(),
                plain.generation(),
                plain.config(),
                plain.startedAt(),
                plain.publishedAt(),
                plain.adopted(),
                plain.ready(),
                plain.readyReason(),
                plain.tables(),
                plain.binds(),
                plain.backends(),
                plain.interfaces(),
                List.of(override),
                "",
                List.of()));
  }

  /** The share goes down by one every four seconds, and is gone after 300. */
  private void shrink() {
    long seconds = lbctl.pace.seconds();
    if (seconds < 300) {
      stands("filling", Optional.of(99 - (int) seconds / 4));
    } else {
      stands("draining", Optional.empty());
    }
  }

  private void at(long second, Runnable task) {
    lbctl.pace.meanwhile(
        () -> {
          if (lbctl.pace.seconds() == second) {
            task.run();
          }
        });
  }

  private int drain(String more) {
    return lbctl.run(("drain web 10.0.1.12 --wait " + more).split(" "));
  }

  @Test
  void shouldWaitForTheEndOfTheDrainFirst() {
    lbctl.pace.meanwhile(this::shrink);
    assertEquals(0, drain("--over 5m --timeout 2m"), lbctl.err());
    assertEquals(
        SLOWLY
            + """
            10.0.1.12 of web still leads 99 % of its rows
            10.0.1.12 of web still leads 84 % of its rows
            10.0.1.12 of web still leads 69 % of its rows
            10.0.1.12 of web still leads 54 % of its rows
            10.0.1.12 of web still leads 39 % of its rows
            quiet for 0s of 60s: 10.0.1.12 of web
            10.0.1.12 of web is drained: no packet of its connections for 60s
            connections that sent nothing in that time are not seen
            """,
        lbctl.out());
    assertEquals(360, lbctl.pace.seconds());
  }

  @Test
  void shouldNoticeThatItWasUndone() {
    at(10, () -> stands("active", Optional.empty()));
    assertEquals(1, drain("--over 5m"));
    assertEquals(UNDONE, lbctl.err());
    assertEquals(10, lbctl.pace.seconds());
  }

  @Test
  void shouldNotTakeABackendThatFillsForOneThatDrains() {
    at(10, () -> asked("filling"));
    assertEquals(1, drain("--over 5m"));
    assertEquals(UNDONE, lbctl.err());
    assertEquals(10, lbctl.pace.seconds());
  }

  @Test
  void shouldWaitAgainWhenTheDrainBeginsAnew() {
    stands("draining", Optional.empty());
    at(
        40,
        () -> {
          stands("filling", Optional.of(99));
          at(100, () -> stands("draining", Optional.empty()));
        });
    assertEquals(0, drain("--quiet 60s"), lbctl.err());
    assertEquals(160, lbctl.pace.seconds());
  }

  @Test
  void shouldOutlastARestartOfTheDaemon() {
    lbctl.pace.meanwhile(
        () -> {
          shrink();
          try {
            if (lbctl.pace.seconds() == 10) {
              lbctl.stop();
            } else if (lbctl.pace.seconds() == 20) {
              lbctl.restart();
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    assertEquals(0, drain("--over 5m"), lbctl.err());
    assertEquals(360, lbctl.pace.seconds());
  }

  @Test
  void shouldNotWaitForeverForItsEnd() {
    assertEquals(1, drain("--over 5m --timeout 2m"));
    assertEquals(420, lbctl.pace.seconds());
    assertTrue(lbctl.err().contains("was not seen to be drained within 7m; "), lbctl.err());
  }
}
