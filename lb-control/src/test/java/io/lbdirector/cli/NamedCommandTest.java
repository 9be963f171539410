package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedCommandTest {
  private static Optional<Class<?>> named(String line) {
    return NamedCommand.of(line.isEmpty() ? new String[0] : line.split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "--socket /s status",
        "--socket=/s --output json status --help",
        "--output=json --socket /s status reload"
      })
  void shouldFindTheCommandBehindOptionsOfAll(String line) {
    assertEquals(Optional.of(StatusCommand.class), named(line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--socket",
        "--socket /s",
        "-h",
        "--help status",
        "stat",
        "--sokcet /s status"
      })
  void shouldLeaveWhatNamesNoneToTheFullCommand(String line) {
    assertEquals(Optional.empty(), named(line));
  }

  @Test
  void shouldLeaveThoseThatNeedAllCommandsToTheFullOne() {
    assertEquals(Optional.empty(), named("generate-completion"));
    assertEquals(Optional.empty(), named("import glb"));
  }
}
