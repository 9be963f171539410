package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lbdirector.director.DirectorControl.BackendReport;
import io.lbdirector.director.DirectorControl.BindReport;
import io.lbdirector.director.DirectorControl.Counter;
import io.lbdirector.director.DirectorControl.CountersReport;
import io.lbdirector.director.DirectorControl.VerdictCounter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TopCommandTest {
  private static final String BLOCK =
      """
      generation 7: 1,003 packets/s in, 8.02 Mbit/s

      BIND                       TABLE  PACKETS/S  BITS/S
      tcp 203.0.113.10:80        web        1,000  8.00 M
      tcp [2001:db8:113::10]:80  web            0       0

      BACKEND    HEALTH  PACKETS/S  BITS/S
      10.0.1.12  up            700  5.60 M
      10.0.1.11  up            300  2.40 M

      ! VERDICT    MEANING                                          PACKETS/S  BITS/S
      drop_no_row  There is nobody to send to, by the table's row.          3  24.0 k
      """;

  @TempDir Path folder;
  private LbctlRunner lbctl;

  @BeforeEach
  void serve() throws IOException {
    lbctl = new LbctlRunner(folder);
    lbctl.director.countersAnswer = counters -> counters(lbctl.pace.seconds());
  }

  @AfterEach
  void stop() throws IOException {
    lbctl.close();
  }

  /** A steady stream of packets of 1,000 bytes. */
  private static CountersReport counters(long second) {
    return new CountersReport(
        7,
        new Counter(1003 * second, 1_003_000 * second),
        Map.of(
            "tx_forwarded",
            new VerdictCounter(1000 * second, 1_000_000 * second, true, "Sent."),
            "drop_no_row",
            new VerdictCounter(
                3 * second,
                3000 * second,
                false,
                "There is nobody to send to, by the table's row."),
            "drop_no_hop",
            new VerdictCounter(7, 7000, false, "Long ago.")),
        List.of(
            new BindReport("tcp [2001:db8:113::10]:80", "web", 5, 500),
            new BindReport("tcp 203.0.113.10:80", "web", 1000 * second, 1_000_000 * second)),
        List.of(
            new BackendReport("10.0.1.11", 1, List.of("web"), "up", 300 * second, 300_000 * second),
            new BackendReport(
                "10.0.1.12", 2, List.of("web"), "up", 700 * second, 700_000 * second)));
  }

  @Test
  void shouldPrintBlocksWhereThereIsNoTerminal() throws IOException {
    lbctl.assertPrints(BLOCK + "\n" + BLOCK, "top --count 2");
    assertEquals(2, lbctl.pace.seconds());
    lbctl.assertPrints(BLOCK, "top --count 1 --interval 1m");
    LbctlPageTest.assertShown(BLOCK);
    assertEquals(62, lbctl.pace.seconds());
  }

  @Test
  void shouldPrintBlocksOnATerminalThatCannotDraw() {
    lbctl.terminal = true;
    lbctl.environment.put("TERM", "dumb");
    lbctl.assertPrints(BLOCK, "top --count 1");
  }

  @Test
  void shouldGoOnThroughARestartOfTheDaemon() {
    lbctl.pace.meanwhile(
        () -> {
          try {
            if (lbctl.pace.seconds() == 2) {
              lbctl.stop();
            } else if (lbctl.pace.seconds() == 4) {
              lbctl.restart();
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    String why = "no daemon at " + folder.resolve("s") + ": ";
    assertEquals(0, lbctl.run("top", "--count", "4"), lbctl.err());
    String[] blocks = lbctl.out().split("(?=no answer)|(?=lbd answers)");
    assertEquals(4, blocks.length, lbctl.out());
    assertEquals(BLOCK + "\n", blocks[0]);
    assertTrue(blocks[1].replace("\n", " ").startsWith("no answer for 1s: " + why), lbctl.out());
    assertTrue(blocks[2].startsWith("no answer for 2s: "), lbctl.out());
    assertEquals("lbd answers again\n" + BLOCK, blocks[3]);
  }

  @Test
  void shouldNotWaitForADaemonThatWasNeverThere() throws IOException {
    lbctl.stop();
    assertEquals(3, lbctl.run("top", "--count", "1"));
    assertEquals(0, lbctl.pace.seconds());
  }

  @Test
  void shouldPrintAnObjectALineAsJson() {
    lbctl.terminal = true;
    assertEquals(0, lbctl.run("top", "--count", "2", "--output", "json"), lbctl.err());
    List<String> lines = lbctl.out().lines().toList();
    assertEquals(2, lines.size());
    JsonObject one = JsonParser.parseString(lines.get(1)).getAsJsonObject();
    assertEquals(
        "[answered, generation, seconds, total, binds, backends, verdicts]",
        one.keySet().toString());
    assertEquals(
        "{\"bind\":\"tcp 203.0.113.10:80\",\"table\":\"web\",\"packets_per_second\":1000.0,"
            + "\"bits_per_second\":8000000.0}",
        one.getAsJsonArray("binds").get(0).toString());
    assertEquals(
        "drop_no_row",
        one.getAsJsonArray("verdicts").get(0).getAsJsonObject().get("verdict").getAsString());
    assertEquals(1, one.getAsJsonArray("verdicts").size());
  }

  @Test
  void shouldEndWhenNobodyReads() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    assertEquals(1, lbctl.run(closed, "top"));
    assertEquals(1, lbctl.pace.seconds());
  }
}
