package io.lbdirector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs {@code lbd} as its users do; a config that is missing gives it something to say. */
@Timeout(120)
class LogLevelTest {
  private static final String FILE = "/no such\n<3>file.toml";

  @TempDir private Path folder;
  private Path err;

  private record Ended(int code, List<String> err) {}

  @BeforeEach
  void name() throws Exception {
    err = Files.createFile(folder.resolve("stderr"));
  }

  private Ended run(String level, String stream, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.lbdirector.Main"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().put("LB_LOG_LEVEL", level);
    builder.environment().put("JOURNAL_STREAM", stream);
    return new Ended(builder.start().waitFor(), Files.readAllLines(err));
  }

  /** What the journal would have put into the environment. */
  private String stream() throws Exception {
    return Files.getAttribute(err, "unix:dev") + ":" + Files.getAttribute(err, "unix:ino");
  }

  @Test
  void shouldWriteEveryLineForTheJournalWithItsPriority() throws Exception {
    Ended ended = run("INFO", stream(), "run", "--log-level", "debug", "--config", FILE);
    assertEquals(78, ended.code());
    assertEquals(3, ended.err().size(), ended.toString());
    String event = ended.err().get(0);
    assertTrue(
        event.startsWith(
            "<7>Main command failed error=\"ConfigException: /no such\\n<3>file.toml: cannot"),
        event);
    assertEquals("<3>/no such", ended.err().get(1));
    assertTrue(ended.err().get(2).startsWith("<3><3>file.toml: cannot be read"), ended.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "INFO, --log-level debug run, 1",
    "debug, run, 1",
    "DEBUG, run --log-level=warn, 0",
    "DEBUG, --log-level error run, 0",
    "warn, --log-level debug run, 1"
  })
  void shouldTakeTheLevelFromTheOptionElseTheEnvironment(
      String environment, String words, int events) throws Exception {
    String[] arguments = (words + " --config /none.toml").split(" ");
    Ended ended = run(environment, "1:1", arguments);
    assertEquals(
        events,
        ended.err().stream().filter(l -> l.matches("\\d{4}-.*Z DEBUG Main command.*")).count(),
        ended.toString());
    assertTrue(
        ended.err().contains("/none.toml: cannot be read: it is not there; name a file that can"));
  }

  @ParameterizedTest
  @CsvSource({"loud, run", "INFO, run --log-level loud"})
  void shouldRefuseALevelThatThereIsNot(String environment, String words) throws Exception {
    Ended ended = run(environment, "1:1", (words + " --config /none.toml").split(" "));
    assertEquals(2, ended.code());
    assertTrue(ended.err().get(0).contains("--log-level"), ended.toString());
    assertTrue(ended.err().get(0).contains("'loud'"), ended.toString());
  }
}
