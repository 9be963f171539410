package io.lbdirector.fuzz;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.Problem;
import io.lbdirector.director.StateFuzz;
import io.lbdirector.glb.GlbException;
import io.lbdirector.glb.GlbImport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged configs, GLB files and state files: each is taken or refused in the one way that is meant
 * for it. {@code -Dlb.fuzz=N} tries more, {@code -Dlb.seed=N} others.
 */
class TextFuzzTest {
  private static final int TEXTS = Integer.getInteger("lb.fuzz", 20_000);
  private static final Path RESOURCES = Path.of("src/test/resources");
  private static final Path EXAMPLE = Path.of("../config/forwarding.toml");

  private final long seed = Long.getLong("lb.seed", 1);

  @TempDir Path folder;

  private String about(int number, String text) {
    return "seed " + seed + ", text " + number + ":\n" + text;
  }

  @Test
  void shouldTakeEachConfigOrSayWhatIsWrongWithIt() throws IOException {
    List<String> texts = new ArrayList<>(List.of(Files.readString(EXAMPLE)));
    try (Stream<Path> bad = Files.list(RESOURCES.resolve("config/bad"))) {
      for (Path file : bad.sorted().toList()) {
        texts.add(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    TextMutator mutator = new TextMutator(seed, texts);
    int taken = 0;
    for (int i = 0; i < TEXTS; i++) {
      String text = mutator.next();
      String about = about(i, text);
      taken += assertDoesNotThrow(() -> isTaken(text, about), about) ? 1 : 0;
    }
    assertTrue(taken > 0 && taken < TEXTS, taken + " taken of " + TEXTS + ", seed " + seed);
  }

  private static boolean isTaken(String text, String about) {
    try {
      assertFalse(ConfigLoader.load(text.getBytes(StandardCharsets.UTF_8), "x").tables() == null);
      return true;
    } catch (ConfigException e) {
      assertFalse(e.problems().isEmpty(), about);
      for (Problem problem : e.problems()) {
        assertTrue(problem.toString().startsWith("x"), problem + "\n" + about);
      }
      return false;
    }
  }

  @Test
  void shouldImportEachGlbTableOrSayWhatIsWrongWithIt() throws IOException {
    Path table = folder.resolve("t.json");
    String good = Files.readString(RESOURCES.resolve("glb/forwarding_table.json"));
    TextMutator mutator = new TextMutator(seed, List.of(good));
    int taken = 0;
    int texts = TEXTS / 10; // each takes some files
    for (int i = 0; i < texts; i++) {
      String text = mutator.next();
      Files.write(table, text.getBytes(StandardCharsets.UTF_8));
      String about = about(i, text);
      taken += assertDoesNotThrow(() -> isImported(table, about), about) ? 1 : 0;
    }
    assertTrue(taken > 0 && taken < texts, taken + " taken of " + texts + ", seed " + seed);
  }

  private static boolean isImported(Path table, String about) {
    try {
      GlbImport.Sources sources =
          new GlbImport.Sources(
              table,
              Optional.of(RESOURCES.resolve("glb/director.conf")),
              Optional.of("eth0"),
              Optional.empty());
      GlbImport.Imported imported = GlbImport.read(sources);
      byte[] toml = imported.toml().getBytes(StandardCharsets.UTF_8);
      assertEquals(imported.config().tables(), ConfigLoader.load(toml, "imported").tables(), about);
      return true;
    } catch (GlbException e) {
      assertFalse(e.getMessage().isEmpty(), about);
      return false;
    } catch (ConfigException e) {
      throw new AssertionError("imported, and refused: " + e.getMessage() + "\n" + about, e);
    }
  }

  @Test
  void shouldStartWithEachStateFile() throws IOException {
    for (StateFuzz state : StateFuzz.all(folder)) {
      TextMutator mutator = new TextMutator(seed, state.texts());
      for (int i = 0; i < TEXTS / 20; i++) {
        String text = mutator.next();
        assertDoesNotThrow(() -> state.load(text), about(i, text));
      }
    }
  }
}
