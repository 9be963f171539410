package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Command lines of words that lbctl knows and of others: each ends with an exit code of the list,
 * and says what is wrong in words, never in a stack trace. Nobody answers at the socket. {@code
 * -Dlb.fuzz=N} tries more, {@code -Dlb.seed=N} others.
 */
class CliFuzzTest {
  private static final int LINES = Integer.getInteger("lb.fuzz", 20_000) / 10;
  private static final int USAGE = 2; // picocli's
  private static final Set<Integer> CODES =
      Set.of(ExitCode.DONE, ExitCode.REFUSED, USAGE, ExitCode.UNREACHABLE);
  private static final List<String> WORDS =
      List.of(
          "status",
          "health",
          "bpf",
          "tables",
          "table",
          "backends",
          "counters",
          "drain",
          "undrain",
          "fill",
          "confirm",
          "rollback",
          "plan",
          "reload",
          "check",
          "import",
          "glb",
          "top",
          "events",
          "web",
          "10.0.1.11",
          "2001:db8::1",
          "10.0.1",
          "--help",
          "--version",
          "--output",
          "--output=json",
          "json",
          "xml",
          "--socket",
          "/nowhere",
          "--over",
          "5m",
          "-5m",
          "1e9s",
          "--share",
          "35%",
          "101%",
          "--wait",
          "--quiet",
          "--timeout",
          "--count",
          "0",
          "1",
          "-1",
          "99999999999",
          "--interval",
          "1ms",
          "--table",
          "--director",
          "--confirm",
          "--",
          "-",
          "",
          " ",
          "=",
          "--=x",
          "-o",
          "@file",
          "@@",
          "\u00e9",
          "\ud83d\ude00",
          "'",
          "\"",
          "--outpu",
          "stat");

  private final long seed = Long.getLong("lb.seed", 1);
  private final Random random = new Random(seed);

  @TempDir Path folder;

  @Test
  void shouldEndEveryCommandLineWithWordsAndACode() {
    for (int i = 0; i < LINES; i++) {
      List<String> words = new ArrayList<>();
      for (int count = random.nextInt(7); count > 0; count--) {
        words.add(WORDS.get(random.nextInt(WORDS.size())));
      }
      String about = "seed " + seed + ", line " + i + ": " + words;
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int code = run(words, err);
      String said = err.toString(StandardCharsets.UTF_8);
      assertTrue(CODES.contains(code), code + ", " + about + "\n" + said);
      assertFalse(said.contains("\tat "), about + "\n" + said);
      assertTrue(code == ExitCode.DONE || !said.isBlank(), about + ": no word, " + code);
    }
  }

  private int run(List<String> words, ByteArrayOutputStream err) {
    Map<String, String> environment = Map.of("LB_SOCKET", folder.resolve("nobody").toString());
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new PrintStream(new ByteArrayOutputStream()),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment,
            true);
    return Lbctl.run(console, words.toArray(String[]::new));
  }
}
