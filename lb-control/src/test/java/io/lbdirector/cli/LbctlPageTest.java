package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds docs/lbctl.md to what the commands print. */
@Timeout(60)
class LbctlPageTest {
  private static final Path PAGE = Path.of("../docs/lbctl.md");

  @TempDir Path folder;

  static void assertShown(String output) throws IOException {
    assertTrue(Files.readString(PAGE).contains("\n" + output), output);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plan -", "tables", "table web", "health", "drain web 10.0.1.12"})
  void shouldShowWhatCommandsPrint(String command) throws IOException {
    try (LbctlRunner lbctl = new LbctlRunner(folder)) {
      lbctl.run(command.split(" "));
      assertShown(lbctl.out());
    }
  }
}
