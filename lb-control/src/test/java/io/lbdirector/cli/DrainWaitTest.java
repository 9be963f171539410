package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lbdirector.director.DirectorControl.Counter;
import io.lbdirector.director.DirectorControl.NotFoundException;
import io.lbdirector.director.DirectorControl.OutcomesReport;
import io.lbdirector.director.DirectorControl.StartingException;
import io.lbdirector.director.DirectorControl.StateReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DrainWaitTest {
  private static final String DRAINS =
      """
      10.0.1.12 of web is draining (active in the file)
      generation 8 is live, 21,845 rows moved
      """;
  private static final String DRAINED =
      """
      10.0.1.12 of web is drained: no packet of its connections for 60s
      connections that sent nothing in that time are not seen
      """;

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

  private int drain(String more) {
    return lbctl.run(("drain web 10.0.1.12 --wait " + more).strip().split(" "));
  }

  private static Counter packets(long packets) {
    return new Counter(packets, 100 * packets);
  }

  /** The backend's counter of an outcome, by the second. */
  private void count(String outcome, LongUnaryOperator bySecond) {
    lbctl.director.outcomesAnswer =
        asked ->
            new OutcomesReport(
                asked.table(),
                asked.backend(),
                true,
                Map.of(outcome, packets(bySecond.applyAsLong(lbctl.pace.seconds()))));
  }

  private void answersFrom(long second) {
    lbctl.director.outcomesAnswer =
        asked ->
            new OutcomesReport(
                asked.table(),
                asked.backend(),
                lbctl.pace.seconds() >= second,
                lbctl.pace.seconds() >= second ? asked.outcomes() : Map.of());
  }

  @Test
  void shouldEndWhenNoPacketOfItsConnectionsCameForAWhile() throws IOException {
    count("known", second -> 100 * Math.min(second, 130));
    assertEquals(0, drain(""), lbctl.err());
    assertEquals(
        DRAINS
            + """
            quiet for 0s of 60s: 10.0.1.12 of web
            200 more packets of connections on 10.0.1.12 of web
            200 more packets of connections on 10.0.1.12 of web
            200 more packets of connections on 10.0.1.12 of web
            quiet for 2s of 60s: 10.0.1.12 of web
            """
            + DRAINED,
        lbctl.out());
    assertEquals("", lbctl.err());
    LbctlPageTest.assertShown(lbctl.out());
    assertEquals(190, lbctl.pace.seconds());
  }

  @ParameterizedTest
  @ValueSource(strings = {"syn", "known", "cookie", "stateless"})
  void shouldCountWhatTheBackendAcceptsAsItsOwn(String outcome) {
    count(outcome, second -> second / 2);
    assertEquals(1, drain("--timeout 10m"));
    assertEquals(600, lbctl.pace.seconds());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"forwarded", "last_resort", "to_self", "control", "passed", "refused_source"})
  void shouldNotCountWhatTheBackendDoesNotKnow(String outcome) {
    count(outcome, second -> second);
    assertEquals(0, drain(""), lbctl.err());
    assertEquals(60, lbctl.pace.seconds());
  }

  @Test
  void shouldTakeABackendThatWasNeverSentAnythingForDrained() {
    lbctl.director.outcomesAnswer =
        asked -> new OutcomesReport(asked.table(), asked.backend(), true, Map.of());
    assertEquals(0, drain("--quiet 1s"), lbctl.err());
    assertEquals(1, lbctl.pace.seconds());
  }

  @Test
  void shouldNotTakeSilenceOfTheBackendForQuiet() {
    answersFrom(Long.MAX_VALUE);
    assertEquals(1, drain("--timeout 90s"));
    assertEquals(
        DRAINS
            + """
            unknown: 10.0.1.12 does not answer, tried for 0s
            unknown: 10.0.1.12 does not answer, tried for 60s
            """,
        lbctl.out());
    assertEquals(
        "lbctl: 10.0.1.12 of web was not seen to be drained within 90s; the drain stays in force."
            + " It never answered: does it run the backend program, with this director in"
            + " --allow-from?\n",
        lbctl.err());
    assertEquals(90, lbctl.pace.seconds());
  }

  @Test
  void shouldGoOnWhenTheBackendAnswersAfterAll() {
    answersFrom(30);
    assertEquals(0, drain(""), lbctl.err());
    assertEquals(90, lbctl.pace.seconds());
    assertTrue(lbctl.out().endsWith(DRAINED), lbctl.out());
  }

  @Test
  void shouldNotTakeACounterThatBeganAnewForQuiet() {
    count("known", second -> second < 40 ? 1000 : 0);
    assertEquals(0, drain(""), lbctl.err());
    assertEquals(100, lbctl.pace.seconds());
    assertTrue(
        lbctl.out().contains("\nunknown: the counters of 10.0.1.12 began anew\n"), lbctl.out());
  }

  @Test
  void shouldOutlastARestartOfTheDaemon() {
    lbctl.pace.meanwhile(
        () -> {
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
    assertEquals(0, drain(""), lbctl.err());
    assertEquals(
        DRAINS
            + """
            quiet for 0s of 60s: 10.0.1.12 of web
            unknown: lbd does not answer, tried for 2s
            quiet for 20s of 60s: 10.0.1.12 of web
            """
            + DRAINED,
        lbctl.out());
  }

  @Test
  void shouldSayThatTheDrainStaysWhenTimeIsUp() {
    count("known", second -> second);
    assertEquals(1, drain("--timeout 5s"));
    assertEquals(
        "lbctl: 10.0.1.12 of web was not seen to be drained within 5s; the drain stays in force\n",
        lbctl.err());
    assertEquals(5, lbctl.pace.seconds());
  }

  @Test
  void shouldSayThatSomebodyUndidTheDrain() {
    lbctl.director.stateAnswer =
        CompletableFuture.completedFuture(
            new StateReport(
                8, true, "web", "10.0.1.11", "draining", Optional.empty(), "active", 1, List.of()));
    assertEquals(1, drain(""));
    assertEquals("lbctl: 10.0.1.11 of web does not drain any more\n", lbctl.err());
  }

  @Test
  void shouldEndWhenTheTableIsGone() {
    lbctl.director.outcomesAnswer =
        asked -> {
          if (lbctl.pace.seconds() < 4) {
            return asked;
          }
          throw new NotFoundException("no table is named \"web\"");
        };
    assertEquals(1, drain(""));
    assertEquals(4, lbctl.pace.seconds());
    assertEquals("lbctl: no table is named \"web\"\n", lbctl.err());
  }

  @Test
  void shouldWaitForADaemonThatStarts() {
    lbctl.director.outcomesAnswer =
        asked -> {
          if (lbctl.pace.seconds() < 4) {
            throw new StartingException();
          }
          return asked;
        };
    assertEquals(0, drain("--quiet 2s"), lbctl.err());
    assertEquals(6, lbctl.pace.seconds());
    assertTrue(lbctl.out().contains("\nunknown: lbd does not answer, tried for 0s\n"), lbctl.out());
  }

  @Test
  void shouldEndInOneObjectOfJson() {
    lbctl.terminal = true;
    count("known", second -> Math.min(second, 10));
    assertEquals(0, drain("--output json"), lbctl.err());
    JsonObject end = JsonParser.parseString(lbctl.out()).getAsJsonObject();
    assertEquals(
        "[generation, changed, table, backend, state, file_state, rows_moved, warnings, drained,"
            + " answered, quiet_seconds, waited_seconds]",
        end.keySet().toString());
    assertTrue(end.get("drained").getAsBoolean());
    assertEquals(60, end.get("quiet_seconds").getAsLong());
    assertEquals(70, end.get("waited_seconds").getAsLong());

    answersFrom(Long.MAX_VALUE);
    assertEquals(1, drain("--output json --timeout 8s"));
    end = JsonParser.parseString(lbctl.out()).getAsJsonObject();
    assertFalse(end.get("drained").getAsBoolean());
    assertFalse(end.get("answered").getAsBoolean());
    assertEquals(8, end.get("waited_seconds").getAsLong());
  }

  @Test
  void shouldWriteOverOneLineOnATerminal() {
    lbctl.terminal = true;
    lbctl.environment.put("LINES", "24");
    lbctl.environment.put("COLUMNS", "30");
    count("known", second -> Math.min(second, 2));
    assertEquals(0, drain("--quiet 4s"), lbctl.err());
    assertEquals(
        DRAINS
            + """
            \rquiet for 0s of 4s: 10.0.1.12\u001b[K\
            \r2 more packets of connections\u001b[K\
            \rquiet for 2s of 4s: 10.0.1.12\u001b[K\
            \r\u001b[K"""
            + DRAINED.replace("60s", "4s"),
        lbctl.out());
  }

  /** As for tables with encapsulation = "ipip". */
  @Test
  void shouldNotWaitForABackendThatCountsNothing() {
    lbctl.director.outcomesAnswer =
        asked -> {
          throw new NotFoundException("its backends count nothing");
        };
    assertEquals(1, drain(""));
    assertEquals(DRAINS, lbctl.out());
    assertEquals("lbctl: its backends count nothing\n", lbctl.err());
    assertEquals(0, lbctl.pace.seconds());
  }

  @Test
  void shouldNotWriteOverLinesOnATerminalThatCannot() {
    lbctl.terminal = true;
    lbctl.environment.put("TERM", "dumb");
    assertEquals(0, drain(""), lbctl.err());
    assertEquals(DRAINS + "quiet for 0s of 60s: 10.0.1.12 of web\n" + DRAINED, lbctl.out());
  }

  @Test
  void shouldExitWith1OnCtrlC() throws Exception {
    count("known", second -> System.nanoTime() / 1_000_000);
    Process process =
        new ProcessBuilder(
                "env", // a shell that runs tests in the background has it ignored
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Lbctl.class.getName(),
                "--socket",
                folder.resolve("s").toString(),
                "drain",
                "web",
                "10.0.1.12",
                "--wait")
            .start();
    try (BufferedReader out = process.inputReader();
        BufferedReader err = process.errorReader()) {
      for (String line = ""; !line.startsWith("quiet"); ) {
        line = out.readLine();
      }
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertEquals(1, process.waitFor());
      assertEquals(
          "lbctl: 10.0.1.12 of web is not waited for any longer; the drain stays in force",
          err.readLine());
    } finally {
      process.destroyForcibly();
    }
  }
}
