package io.lbdirector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceNoteTest {
  private static final Path STATE = Path.of("/var/lib/lb");

  @TempDir Path run;

  private static InstanceNote note(String instance, String config) {
    return InstanceNote.of(instance, Path.of(config), STATE);
  }

  @Test
  void shouldFindInstancesByTheirFile() {
    note("one", "/etc/lb/one.toml").write(run);
    note("two", "/etc/lb/two.toml").write(run);
    note("three", "/etc/lb/../lb/one.toml").write(run);
    List<String> found =
        InstanceNote.all(run, Path.of("/etc/lb/./one.toml")).stream()
            .map(InstanceNote::instance)
            .sorted()
            .toList();
    assertEquals(List.of("one", "three"), found);
    InstanceNote.remove(run, "three");
    InstanceNote.remove(run, "three");
    assertEquals(
        List.of(note("one", "/etc/lb/one.toml")),
        InstanceNote.all(run, Path.of("/etc/lb/one.toml")));
  }

  @Test
  void shouldReplaceTheNoteOfBefore() {
    note("one", "/etc/lb/one.toml").write(run);
    note("one", "/etc/lb/other.toml").write(run);
    assertEquals(List.of(), InstanceNote.all(run, Path.of("/etc/lb/one.toml")));
  }

  @Test
  void shouldPassOverWhatIsNoNote() throws IOException {
    Files.writeString(run.resolve("instance-a.json"), "{");
    Files.writeString(run.resolve("instance-b.json"), "");
    Files.writeString(run.resolve("instance-c.json"), "{\"config\": \"/etc/lb/one.toml\"}");
    Files.createDirectory(run.resolve("instance-d.json"));
    assertEquals(List.of(), InstanceNote.all(run, Path.of("/etc/lb/one.toml")));
    assertEquals(List.of(), InstanceNote.all(run.resolve("nowhere"), Path.of("x")));
  }
}
