package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.director.DirectorControl.HealthReport;
import io.lbdirector.director.DirectorControl.TableHealthReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HealthCommandTest {
  private static final String CHECKS =
      """
      TABLE  BACKEND    CHECK             HEALTH   SINCE  LAST RESULT         LATENCY
      web    10.0.1.11  http :80/healthz  up       55m    200 in 3 ms         3.10 ms
      web    10.0.1.12  http :80/healthz  unknown  55m
      web    10.0.1.13  http :80/healthz  down     55m    connection refused
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

  @Test
  void shouldShowEveryCheckAndSinceWhen() {
    lbctl.assertPrints(CHECKS, "health");
  }

  @Test
  void shouldShowWhatIsWrongWithTheChecksThemselves() throws IOException {
    lbctl.director.healthAnswer =
        healthy -> {
          TableHealthReport web = healthy.tables().get(0);
          return new HealthReport(
              true,
              12,
              List.of(
                  new TableHealthReport("web", 50, 2, true, web.checks()),
                  new TableHealthReport("stream", 50, 0, false, List.of())));
        };
    String wrong =
        """
        table web is in panic: 2 backends proven down, above 50 %, so all count as up
        frozen: no interface has a carrier, so health stays as it is
        stalled: checks are 12 s late
        """;
    lbctl.assertPrints(CHECKS + wrong, "health");
    LbctlPageTest.assertShown(wrong);
    lbctl.terminal = true;
    lbctl.run("health");
    String[] lines = lbctl.out().split("\n");
    for (int i = 4; i < lines.length; i++) {
      assertTrue(lines[i].matches("\u001b\\[31m.*\u001b\\[0m"), lines[i]);
    }
    assertEquals(7, lines.length);
    assertFalse(lines[0].contains("\u001b"), lines[0]);
  }
}
