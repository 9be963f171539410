package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.director.DirectorControl.NotFoundException;
import io.lbdirector.director.DirectorControl.StateReport;
import java.io.IOException;
import java.nio.file.Path;
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

/** {@code drain}, {@code fill}, {@code undrain}, {@code inactive} and {@code active}. */
@Timeout(60)
class StateCommandsTest {
  private static final String LIVE = "generation 8 is live, 14,200 rows moved\n";

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

  private void answer(StateReport report) {
    lbctl.director.stateAnswer = CompletableFuture.completedFuture(report);
  }

  private static StateReport filling(Optional<Integer> share, String inFile) {
    return new StateReport(
        8, true, "web", "10.0.1.12", "filling", share, inFile, 14_200, List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "drain,               DRAINING",
    "drain --over 5m,     DRAINING over 300",
    "drain --over 1500ms, DRAINING over 2",
    "fill,                FILLING",
    "fill --share 35%,    FILLING 35%",
    "fill --over 2h,      FILLING over 7200",
    "fill --share 1% --over 90s, FILLING 1% over 90",
    "inactive,            INACTIVE",
    "active,              ACTIVE",
    "undrain,             FILE",
  })
  void shouldSetAState(String command, String state) {
    lbctl.assertPrints(
        """
        10.0.1.12 of web is draining (active in the file)
        generation 8 is live, 21,845 rows moved
        """,
        command + " a/b 2001:DB8::1");
    assertEquals("a/b 2001:db8::1 " + state + " root", lbctl.director.stateAsked);
  }

  @Test
  void shouldSayWhatShareIsInForce() throws IOException {
    answer(filling(Optional.of(35), "active"));
    lbctl.assertPrints(
        "10.0.1.12 of web is filling, 35 % of its rows (active in the file)\n" + LIVE,
        "fill web 10.0.1.12 --share 35%");
    LbctlPageTest.assertShown(lbctl.out());
    answer(filling(Optional.of(1), "active"));
    lbctl.assertPrints(
        "10.0.1.12 of web is filling over 5m, 1 % of its rows now (active in the file)\n" + LIVE,
        "fill web 10.0.1.12 --over 5m");
    answer(filling(Optional.of(99), "active"));
    lbctl.assertPrints(
        "10.0.1.12 of web is draining over 5m, 99 % of its rows now (active in the file)\n" + LIVE,
        "drain web 10.0.1.12 --over 5m");
    LbctlPageTest.assertShown(lbctl.out());
    answer(filling(Optional.of(1), "filling"));
    lbctl.assertPrints(
        "10.0.1.12 of web is filling, 1 % of its rows, as in the file\n" + LIVE,
        "undrain web 10.0.1.12");
    answer(filling(Optional.empty(), "active"));
    lbctl.assertPrints(
        "10.0.1.12 of web is filling (active in the file)\n" + LIVE, "fill web 10.0.1.12");
  }

  @Test
  void shouldSayWhatIsInForceAndWarnOnStderr() {
    answer(
        new StateReport(
            7,
            false,
            "web",
            "10.0.1.12",
            "active",
            Optional.empty(),
            "active",
            0,
            List.of("none is left")));
    assertEquals(0, lbctl.run("undrain", "web", "10.0.1.12"));
    assertEquals(
        "10.0.1.12 of web is active, as in the file\ngeneration 7 stays live\n", lbctl.out());
    assertEquals("warning: none is left\n", lbctl.err());
    answer(new StateReport(7, false, "web", "10.0.1.12", "", Optional.empty(), "", 0, List.of()));
    lbctl.assertPrints(
        "10.0.1.12 of web is in no config that is live\ngeneration 7 stays live\n",
        "undrain web 10.0.1.12");
    assertEquals(0, lbctl.run("undrain", "web", "10.0.1.12", "--output", "json"));
    assertTrue(lbctl.out().contains("\"file_state\""), lbctl.out());
  }

  @Test
  void shouldSayWhyAStateIsNotSet() {
    lbctl.director.stateAnswer =
        CompletableFuture.failedFuture(new NotFoundException("no table is named \"wbe\""));
    assertEquals(1, lbctl.run("drain", "wbe", "10.0.1.12"));
    assertEquals("lbctl: no table is named \"wbe\"\n", lbctl.err());
    assertEquals(1, lbctl.run("drain", "web", "10.0.1"));
    assertTrue(lbctl.err().contains("10.0.1"), lbctl.err());
    assertEquals(1, lbctl.run("fill", "web", "10.0.1.12", "--over", "25h"));
    assertTrue(lbctl.err().contains("a share takes 1 second to 1 day"), lbctl.err());
    assertEquals("", lbctl.out());
  }
}
