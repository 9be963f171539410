package io.lbdirector.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file under {@code config/bad} is refused with exactly the problems that its first lines
 * announce: {@code # expect: LINE KEY "part of the message"}, where {@code -} is no key.
 */
class BadConfigTest {
  private static final Path FOLDER = Path.of("src/test/resources/config/bad");
  private static final Pattern EXPECT = Pattern.compile("# expect: (\\d+) (\\S+) \"(.+)\"");

  /** Six digits of either key of the files; no message may have them. */
  private static final Pattern KEY_DIGITS =
      Pattern.compile("456789abcd|abcdef01|fedcba98|76543210|2109876|1234567890");

  private record Expected(int line, String key, String fragment) {}

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  @Test
  void shouldHaveManyFiles() throws IOException {
    assertTrue(files().size() >= 200, files().size() + " files in " + FOLDER);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void shouldReportExactlyWhatIsWrong(Path file) throws IOException {
    List<Expected> expected = expected(file);
    assertFalse(expected.isEmpty(), file + " announces no problem");
    ConfigException e = assertThrows(ConfigException.class, () -> ConfigLoader.load(file));
    assertEquals(lines(expected), linesOf(e.problems()), "line and key of: " + e.getMessage());
    for (int i = 0; i < expected.size(); i++) {
      Problem problem = e.problems().get(i);
      assertEquals(file.toString(), problem.file());
      assertTrue(
          problem.message().contains(expected.get(i).fragment()),
          problem.message() + "\n has not: " + expected.get(i).fragment());
    }
    assertFalse(KEY_DIGITS.matcher(e.toString()).find(), "shows a key: " + e.getMessage());
  }

  private static List<Expected> expected(Path file) throws IOException {
    List<Expected> expected = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      Matcher m = EXPECT.matcher(line);
      if (m.matches()) {
        String key = m.group(2).equals("-") ? "" : m.group(2);
        String fragment = m.group(3).replace("\\\"", "\"");
        expected.add(new Expected(Integer.parseInt(m.group(1)), key, fragment));
      }
    }
    return expected;
  }

  private static String lines(List<Expected> expected) {
    return String.join("\n", expected.stream().map(e -> e.line() + " " + e.key()).toList());
  }

  private static String linesOf(List<Problem> problems) {
    return String.join("\n", problems.stream().map(p -> p.line() + " " + p.key()).toList());
  }
}
