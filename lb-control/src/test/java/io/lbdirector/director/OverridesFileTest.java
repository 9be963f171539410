package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.lbdirector.director.Overrides.Key;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OverridesFileTest {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final Overrides SOME =
      Overrides.NONE
          .with(
              new Key("web \"2\"", IpAddress.parse("10.0.1.11")),
              new Overrides.Entry(
                  BackendState.DRAINING,
                  OptionalInt.of(35),
                  Optional.of(Duration.ofMinutes(5)),
                  AT,
                  "root"))
          .with(
              new Key("mail", IpAddress.parse("2001:db8::1")),
              new Overrides.Entry(
                  BackendState.ACTIVE, OptionalInt.empty(), Optional.empty(), AT, "uid 1000"));

  @TempDir Path folder;
  private OverridesFile file;
  private Path path;

  @BeforeEach
  void name() {
    file = new OverridesFile(new StateFolder(folder.resolve("made"), "default"));
    path = folder.resolve("made/default/overrides.json");
  }

  @Test
  void shouldHaveNoneWithoutAFile() {
    assertEquals(Overrides.NONE, file.load());
    assertTrue(Files.notExists(path.getParent()));
  }

  @Test
  void shouldLoadWhatWasSaved() throws IOException {
    file.save(SOME);
    assertEquals(SOME, file.load());
    file.save(SOME.without(new Key("mail", IpAddress.parse("2001:db8::1"))));
    assertEquals(1, file.load().all().size());
    file.save(Overrides.NONE);
    assertEquals(Overrides.NONE, file.load());
    try (var left = Files.list(path.getParent())) {
      assertEquals(2, left.count(), "something is left beside the file and its copy");
    }
  }

  @Test
  void shouldKeepInstancesApart() {
    file.save(SOME);
    assertEquals(
        Overrides.NONE, new OverridesFile(new StateFolder(folder.resolve("made"), "other")).load());
  }

  @Test
  void shouldLeaveTheFileWhenItCannotBeReplaced() throws IOException {
    file.save(SOME);
    Files.createDirectories(path.resolveSibling("overrides.json.new/full"));
    UncheckedIOException e =
        assertThrows(UncheckedIOException.class, () -> file.save(Overrides.NONE));
    assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
    assertEquals(SOME, file.load());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{}",
        "\0\0\0\0",
        "{\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}\n"
            + "{\"version\": 1, \"overrides\": []}",
        "{\"version\": 2, \"overrides\": []}",
        "{\"version\": 1}",
        "{\"version\": 1, \"overrides\": [null]}",
        "{\"version\": 1, \"overrides\": [{}]}",
        "{\"version\":1,\"overrides\":[{\"table\":\"\",\"backend\":\"10.0.1.1\","
            + "\"state\":\"draining\",\"at\":\"2026-01-02T03:04:05Z\",\"by\":\"root\"}]}",
        "{\"version\":1,\"overrides\":[{\"table\":\"web\",\"backend\":\"10.0.1\","
            + "\"state\":\"draining\",\"at\":\"2026-01-02T03:04:05Z\",\"by\":\"root\"}]}",
        "{\"version\":1,\"overrides\":[{\"table\":\"web\",\"backend\":\"10.0.1.1\","
            + "\"state\":\"asleep\",\"at\":\"2026-01-02T03:04:05Z\",\"by\":\"root\"}]}",
        "{\"version\":1,\"overrides\":[{\"table\":\"web\",\"backend\":\"10.0.1.1\","
            + "\"state\":\"draining\",\"at\":\"today\",\"by\":\"root\"}]}",
      })
  void shouldSetAsideWhatItCannotUse(String content) throws IOException {
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
    try (LogLines log = new LogLines(StateFile.class)) {
      assertEquals(Overrides.NONE, file.load());
      String line = log.at(Level.ERROR).get(0);
      assertTrue(line.startsWith("state file cannot be used file=" + path + " "), line);
      assertTrue(line.matches(".* moved_to=\\S+/overrides\\.json\\.unusable-\\d{8}T\\d{6}"), line);
      Path aside = Path.of(line.replaceAll(".* moved_to=", ""));
      assertEquals(content, Files.readString(aside));
      assertTrue(Files.notExists(path));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 40, 100, 200})
  void shouldUseTheCopyOfATornFile(int length) throws IOException {
    file.save(SOME);
    String whole = Files.readString(path);
    Files.writeString(path, whole.substring(0, length));
    assertEquals(SOME, file.load());
    assertTrue(Files.notExists(path));
    file.save(SOME);
    assertEquals(whole, Files.readString(path));
  }

  @Test
  void shouldTakeAnEditWhoseChecksumWasDeleted() throws IOException {
    file.save(SOME);
    String edited = Files.readString(path).replace("draining", "inactive");
    Files.writeString(path, edited.substring(edited.indexOf('\n') + 1));
    Key key = new Key("web \"2\"", IpAddress.parse("10.0.1.11"));
    assertEquals(BackendState.INACTIVE, file.load().all().get(key).state());
  }

  @Test
  void shouldNotReturnToACopyThatWasRemoved() {
    StateFile<String> two = StateFile.twice(new StateFolder(folder, "two"), "some", text -> text);
    two.save("1");
    two.remove();
    assertTrue(two.load().isEmpty());
  }
}
