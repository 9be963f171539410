package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import io.lbdirector.admin.FakeDirector;
import io.lbdirector.director.DirectorControl.PlanReport;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.director.DirectorControl.StatusReport;
import io.lbdirector.director.DirectorControl.TableChange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code plan}, {@code reload}, {@code rollback} and {@code confirm}. */
@Timeout(60)
class ChangeCommandsTest {
  private static final String CHANGES =
      """
      table web: changed
      backends     + 10.0.1.14
                   - 10.0.1.13
      binds        - tcp 203.0.113.10:8080
      states       10.0.1.12 active to draining
      rows         21,845 moved (minimum 21,800), 21,840 kept by second chance, 5 lost

      21,845 rows move, about 33.3 % of the traffic of the last seconds, an estimate
      5 rows lose their second chance: connections there break
      """;
  private static final String LIVE = "generation 8 is live: 2 tables built, 21,845 rows moved\n";

  @TempDir Path folder;
  private LbctlRunner lbctl;

  @BeforeEach
  void serve() throws IOException {
    lbctl = new LbctlRunner(folder);
  }

  @AfterEach
  void stop() throws IOException {
    lbctl.close();
  }

  private static PlanReport plan(long lost, Optional<Double> traffic, TableChange... tables) {
    return new PlanReport(true, 100, 100, 100 - lost, lost, traffic, List.of(tables), List.of());
  }

  private void answerPlan(PlanReport plan) {
    lbctl.director.planAnswer = CompletableFuture.completedFuture(plan);
  }

  @Test
  void shouldShowWhatAReloadWouldChange() {
    lbctl.assertPrints(CHANGES, "plan -");
    assertEquals("", lbctl.director.plannedToml);
    assertEquals(null, lbctl.director.reloadedToml);
  }

  @Test
  void shouldSayThatAReloadWouldChangeNothing() {
    answerPlan(
        new PlanReport(false, 0, 0, 0, 0, Optional.empty(), List.of(), List.of("mtu is big")));
    assertEquals(0, lbctl.run("plan", "-"));
    assertEquals("nothing to change\n", lbctl.out());
    assertEquals("warning: mtu is big\n", lbctl.err());
  }

  @Test
  void shouldSayThatNoTableChanges() {
    answerPlan(new PlanReport(true, 0, 0, 0, 0, Optional.of(0.0), List.of(), List.of()));
    lbctl.assertPrints("settings change, and no table does\nno row moves\n", "plan -");
  }

  @Test
  void shouldTellTablesThatComeAndGo() {
    List<String> none = List.of();
    answerPlan(
        plan(
            0,
            Optional.empty(),
            new TableChange(
                "new",
                "added",
                "ipip",
                List.of("10.0.1.1", "10.0.1.2"),
                none,
                none,
                none,
                none,
                0,
                0,
                0,
                0),
            new TableChange(
                "old", "removed", "gue", none, none, none, none, List.of("udp any"), 0, 0, 0, 0)));
    lbctl.assertPrints(
        """
        table new: added
        wrapped in   ipip
        backends     + 10.0.1.1, 10.0.1.2

        table old: removed
        binds        - udp any

        100 rows move, with no traffic in the last seconds to estimate a share from
        """,
        "plan -");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0    | none of the traffic",
        "0.04 | less than 0.1 % of the traffic",
        "3.14 | about 3.1 % of the traffic",
        "100  | about 100.0 % of the traffic",
      })
  void shouldLabelTheShareOfTrafficAsAnEstimate(double percent, String words) {
    answerPlan(plan(1, Optional.of(percent)));
    assertEquals(0, lbctl.run("plan", "-"));
    assertTrue(
        lbctl.out().contains("100 rows move, " + words + " of the last seconds, an estimate\n"),
        lbctl.out());
    assertTrue(lbctl.out().contains("\n1 row loses its second chance"), lbctl.out());
  }

  @Test
  void shouldMakeLostRowsStandOut() {
    lbctl.terminal = true;
    lbctl.run("plan", "-");
    assertTrue(
        lbctl
            .out()
            .contains(
                "\u001b[33m5 rows lose their second chance: connections there break\u001b[0m\n"),
        lbctl.out());
    answerPlan(plan(0, Optional.of(1.0)));
    lbctl.run("plan", "-");
    assertFalse(lbctl.out().contains("\u001b"), lbctl.out());
  }

  @Test
  void shouldSayWhatAReloadChanged() {
    lbctl.assertPrints(CHANGES + LIVE, "reload -");
    assertEquals(Optional.empty(), lbctl.director.confirmWithin);
  }

  @ParameterizedTest
  @CsvSource({"120s, 120", "2m, 120", "1h, 3600", "1500ms, 2"})
  void shouldSayUntilWhenToConfirm(String time, int seconds) throws IOException {
    ReloadReport needs = FakeDirector.reloaded(8, true, List.of());
    lbctl.director.reloadAnswer =
        CompletableFuture.completedFuture(
            new ReloadReport(
                8,
                true,
                2,
                21_845,
                21_800,
                21_840,
                5,
                needs.trafficPercent(),
                needs.tables(),
                "2026-01-02T03:06:05Z",
                List.of()));
    String confirm = "keep it with lbctl confirm by 2026-01-02T03:06:05Z, or it is taken back\n";
    lbctl.assertPrints(CHANGES + LIVE + confirm, "reload - --confirm " + time);
    LbctlPageTest.assertShown(LIVE + confirm);
    assertEquals(Optional.of(Duration.ofSeconds(seconds)), lbctl.director.confirmWithin);
  }

  @Test
  void shouldRollBack() {
    lbctl.assertPrints(CHANGES + LIVE, "rollback");
    assertTrue(lbctl.director.rolledBack);
    lbctl.director.reloadAnswer =
        CompletableFuture.failedFuture(
            new RefusedException("there is no config before this one", List.of(), null));
    assertEquals(1, lbctl.run("rollback"));
    assertEquals("lbctl: there is no config before this one\n", lbctl.err());
  }

  @Test
  void shouldConfirm() {
    lbctl.assertPrints("generation 7 is confirmed, and stays live\n", "confirm");
    assertTrue(lbctl.director.confirmed);
    lbctl.director.statusAnswer =
        CompletableFuture.failedFuture(new RefusedException("nothing waits", List.of(), null));
    assertEquals(1, lbctl.run("confirm"));
    assertEquals("lbctl: nothing waits\n", lbctl.err());
  }

  @Test
  void shouldShowInStatusWhatIsNotConfirmed() {
    StatusReport plain = FakeDirector.status(List.of());
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
                List.of(),
                List.of(),
                "2026-01-02T03:06:05Z",
                List.of()));
    lbctl.assertPrints(
        """
        director     lbd 0.1.0, instance default, pid 4242
        ready        yes: forwarding
        generation   7, taken over 2026-01-02T03:04:06Z
        config       /etc/lb/forwarding.toml
        unconfirmed  lbctl confirm by 2026-01-02T03:06:05Z, or it is taken back
        started      2026-01-02T03:04:05Z
        serves       1 table, 2 binds, 3 backends
        """,
        "status");
  }

  @ParameterizedTest
  @CsvSource({"plan -, rows_rescued", "rollback, confirm_by", "confirm, generation"})
  void shouldPrintTheDaemonsAnswerAsJson(String command, String key) {
    assertEquals(0, lbctl.run((command + " --output json").split(" ")));
    assertTrue(JsonParser.parseString(lbctl.out()).getAsJsonObject().has(key), lbctl.out());
  }
}
