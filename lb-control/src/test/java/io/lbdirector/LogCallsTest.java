package io.lbdirector;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

/**
 * Holds calls of loggers, in the sources, to constant words: what varies is a key and a value, so
 * that it is escaped, and found by its key.
 */
class LogCallsTest {
  private static final Path MAIN = Path.of("src/main/java");

  /** The words, and what else is given: {@code LOG.debug("words", failure)} or {@code .log(…)}. */
  private static final Pattern CALL =
      Pattern.compile(
          "(?:\\bLOG\\s*\\.\\s*(?:trace|debug|info|warn|error)|\\bLOG\\s*\\.\\s*at\\w+\\(\\)[^;]*?\\.log)"
              + "\\s*\\(([^;]*?)\\)\\s*[;)]");

  private static final Pattern METHOD = Pattern.compile("\\bLOG::");
  private static final Pattern STRING = Pattern.compile("\"((?:\\\\.|[^\"\\\\])*)\"");
  private static final Pattern WORDS = Pattern.compile("[^{}=\\\\\"%]+");

  @Test
  void shouldSayConstantWordsAndPutWhatVariesUnderKeys() throws IOException {
    List<String> wrong = new ArrayList<>();
    int calls = 0;
    for (Path file : sources()) {
      String source = Files.readString(file);
      calls += (int) CALL.matcher(source).results().count();
      wrong(source).forEach(call -> wrong.add(file + ": " + call));
    }
    assertTrue(calls > 20, calls + " calls under " + MAIN.toAbsolutePath());
    assertEquals("", String.join("\n", wrong));
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(MAIN)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  private static List<String> wrong(String source) {
    List<String> wrong = new ArrayList<>();
    METHOD.matcher(source).results().forEach(found -> wrong.add(found.group()));
    Matcher call = CALL.matcher(source);
    while (call.find()) {
      List<String> said = STRING.matcher(call.group(1)).results().map(s -> s.group(1)).toList();
      boolean joined = STRING.matcher(call.group(1)).replaceAll("").contains("+");
      if (said.isEmpty() || joined || !said.stream().allMatch(s -> WORDS.matcher(s).matches())) {
        wrong.add(call.group());
      }
    }
    return wrong;
  }

  @Test
  void shouldCatchValuesAmongTheWords() {
    for (String call :
        new String[] {
          "LOG.info(\"port {}\", port);",
          "LOG.warn(\"port=\" + port);",
          "LOG.error(\"lost \" + port, e);",
          "LOG.atInfo().addKeyValue(\"a\", b).log(\"mode {}\", mode);",
          "LOG.debug(line);",
          "warning.ifPresent(LOG::warn);",
          "run(() -> LOG.atWarn().log(\"a \" + b));"
        }) {
      assertEquals(1, wrong(call).size(), call);
    }
  }

  @Test
  void shouldLetConstantWordsPass() {
    for (String call :
        new String[] {
          "LOG.info(\"stopping; forwarding goes on\");",
          "LOG.error(\"task failed\", e);",
          "LOG.atWarn()\n    .addKeyValue(\"a=b\", \"{}\" + x)\n    .setCause(e)\n    .log(\"lost\");",
          "LOG.atInfo().log(adopted ? \"taken over\" : \"published\");",
          "lines.forEach(line -> LOG.atDebug().addKeyValue(\"line\", line).log(\"verifier says\"));"
        }) {
      assertEquals(List.of(), wrong(call), call);
    }
  }
}
