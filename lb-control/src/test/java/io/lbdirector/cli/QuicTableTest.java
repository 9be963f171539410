package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.director.DirectorControl.TableBackendReport;
import io.lbdirector.director.DirectorControl.TableReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code table} of one whose backends have server ids. */
@Timeout(60)
class QuicTableTest {
  @TempDir Path folder;
  private LbctlRunner lbctl;

  @BeforeEach
  void serve() throws IOException {
    lbctl = new LbctlRunner(folder);
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
                List.of(),
                List.of(
                    backend("10.0.1.11", Optional.of(65_535)),
                    backend("10.0.1.12", Optional.empty()),
                    backend("10.0.1.13", Optional.of(0))));
  }

  private static TableBackendReport backend(String address, Optional<Integer> quicId) {
    return new TableBackendReport(
        address, "active", Optional.empty(), "active", "up", 1, quicId, 21_845, 33.333, 33.333);
  }

  @AfterEach
  void stop() throws IOException {
    lbctl.close();
  }

  @Test
  void shouldShowServerIds() {
    assertEquals(0, lbctl.run("table", "web"), lbctl.err());
    String backends =
        """
        BACKEND    STATE   HEALTH  QUIC ID  WEIGHT  ROWS LED   SHARE     DUE
        10.0.1.11  active  up        65535       1    21,845  33.33%  33.33%
        10.0.1.12  active  up            -       1    21,845  33.33%  33.33%
        10.0.1.13  active  up            0       1    21,845  33.33%  33.33%
        """;
    assertTrue(lbctl.out().endsWith(backends), lbctl.out());
  }

  @Test
  void shouldLeaveOutOfJsonWhatABackendHasNot() {
    assertEquals(0, lbctl.run("--output", "json", "table", "web"), lbctl.err());
    assertEquals(2, lbctl.out().split("\"quic_id\"", -1).length - 1, lbctl.out());
    assertTrue(lbctl.out().replaceAll("\\s", "").contains("\"quic_id\":65535"), lbctl.out());
  }
}
