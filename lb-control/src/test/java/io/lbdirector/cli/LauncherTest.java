package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.admin.ServedDirector;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/lbctl} and {@code make-cds} in a tree of their own, built from the classes under test.
 */
@Timeout(120)
class LauncherTest {
  private static final Path CONFIG = Path.of("../config/forwarding.toml").toAbsolutePath();

  @TempDir Path temp;
  private Path tree;
  private Path target;
  private Path launcher;

  /** What a process said and how it ended. */
  private record Ended(int code, String out, String err) {}

  @BeforeEach
  void plant() throws IOException {
    plant("a tree");
  }

  private void plant(String name) throws IOException {
    tree = Files.createDirectories(temp.toRealPath().resolve(name));
    target = Files.createDirectories(tree.resolve("lb-control/target"));
    launcher = Files.createDirectories(tree.resolve("bin")).resolve("lbctl");
    Files.copy(Path.of("../bin/lbctl"), launcher);
  }

  private void build() throws Exception {
    Path lib = Files.createDirectories(target.resolve("lib"));
    for (String entry : System.getProperty("java.class.path").split(":")) {
      String name = Path.of(entry).getFileName().toString();
      if (name.matches("(picocli|gson|toml4j)-.*\\.jar")) {
        Files.copy(Path.of(entry), lib.resolve(name));
      }
    }
    Path classes = Path.of(Lbctl.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    jar(classes, target.resolve("lb-control-9.jar"));
    Ended made = run(Map.of(), temp, "../make-cds", target.toString(), CONFIG.toString());
    assertEquals(new Ended(0, "", ""), made);
    assertTrue(Files.exists(target.resolve("lbctl.jsa")));
  }

  private static void jar(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path one : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(one).toString()));
        Files.copy(one, out);
      }
    }
  }

  private Ended run(Map<String, String> environment, Path folder, String... command)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(command));
    if (words.get(0).startsWith("../")) {
      words.set(0, Path.of(words.get(0).substring(3)).toAbsolutePath().toString());
    }
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    return new Ended(
        code,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  @Test
  void shouldSayThatNothingIsBuilt() throws Exception {
    Ended ended = run(Map.of(), temp, launcher.toString(), "status");
    assertEquals(1, ended.code());
    assertEquals("", ended.out());
    assertTrue(ended.err().endsWith("not built yet; run " + tree + "/bin/build\n"), ended.err());
  }

  @Test
  void shouldRunThroughSymlinkFromAnywhereAndStartFromTheArchive() throws Exception {
    plant("tree"); // JDK 17 archives no class whose path has a space
    build();
    Path link = Files.createSymbolicLink(temp.resolve("link"), launcher);
    Path log = temp.resolve("classes.log");
    Map<String, String> logging = Map.of("LBCTL_JAVA_OPTS", "-Xlog:class+load:file=" + log);
    try (ServedDirector served = new ServedDirector(temp.resolve("s"))) {
      Ended ended =
          run(logging, Path.of("/"), link.toString(), "--socket", served.socket() + "", "status");
      assertEquals(0, ended.code(), ended.err());
      assertTrue(ended.out().startsWith("director     lbd 0.1.0"), ended.out());
      assertFalse(ended.out().contains("\u001b"), "a pipe is no terminal");
      assertEquals("", ended.err());
    }
    String loaded = Files.readString(log);
    for (Class<?> expected : List.of(Lbctl.class, StatusCommand.class, picocli.CommandLine.class)) {
      assertTrue(
          loaded.contains(expected.getName() + " source: shared objects file"),
          expected + " does not come from the archive");
    }
  }

  @Test
  void shouldKeepArgumentsAndExitCodes() throws Exception {
    build();
    assertEquals(2, run(Map.of(), temp, launcher.toString(), "table").code());
    Ended missing = run(Map.of(), temp, launcher.toString(), "check", "no such file");
    assertEquals(1, missing.code());
    assertTrue(missing.err().startsWith("no such file: "), missing.err());
    Ended nowhere = run(Map.of("LB_SOCKET", "/nowhere/s"), temp, launcher.toString(), "status");
    assertEquals(3, nowhere.code());
  }

  @Test
  void shouldPassOverArchiveThatDoesNotFit() throws Exception {
    build();
    Ended fits = run(Map.of(), temp, launcher.toString(), "check", CONFIG.toString());
    assertEquals(0, fits.code(), fits.err());

    Path jar = target.resolve("lb-control-9.jar");
    Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000_000));
    assertEquals(fits, run(Map.of(), temp, launcher.toString(), "check", CONFIG.toString()));
    Files.delete(target.resolve("lbctl.jsa"));
    Files.writeString(target.resolve("lbctl.jsa"), "not an archive");
    assertEquals(fits, run(Map.of(), temp, launcher.toString(), "check", CONFIG.toString()));
    Files.delete(target.resolve("lbctl.jsa"));
    assertEquals(fits, run(Map.of(), temp, launcher.toString(), "check", CONFIG.toString()));
  }

  @Test
  void shouldSayThatThereIsNoJava() throws Exception {
    build();
    Ended ended = run(Map.of("JAVA_HOME", "/nowhere"), temp, launcher.toString(), "status");
    assertEquals(1, ended.code());
    assertEquals(
        "lbctl: /nowhere/bin/java not found; install a Java 17 runtime, or set JAVA_HOME\n",
        ended.err());
  }
}
