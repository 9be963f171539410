package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.admin.ServedDirector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs lbctl as its users do, in a JVM of its own, and looks at what that JVM loads. */
@Timeout(60)
class LoadedClassesTest {
  private static final List<String> FORBIDDEN =
      List.of(
          "jnr.",
          "com.kenai.jffi.",
          "io.netty.",
          "org.slf4j.",
          "ch.qos.logback.",
          "io.lbdirector.director.",
          "io.lbdirector.dataplane.",
          "io.lbdirector.bpf.",
          "io.lbdirector.os.",
          "io.lbdirector.abi.",
          "io.lbdirector.health.",
          "io.lbdirector.admin.AdminServer",
          "io.lbdirector.admin.HttpConnection",
          "io.lbdirector.cli.ArchiveTraining",
          "picocli.codegen.");

  /** What only one command each needs. */
  private static final List<String> RARE =
      List.of(
          "picocli.AutoComplete",
          "io.lbdirector.glb.",
          "io.lbdirector.cli.GlbImportRun",
          "io.lbdirector.cli.SecretFile");

  @TempDir Path folder;

  private List<String> classesLoadedBy(String... args) throws IOException, InterruptedException {
    return classesLoadedBy(0, args);
  }

  private List<String> classesLoadedBy(int code, String... args)
      throws IOException, InterruptedException {
    Path log = folder.resolve("classes.log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xlog:class+load:file=" + log + "::filecount=0");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Lbctl.class.getName()));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(code, process.waitFor(), output);
    return Files.readAllLines(log).stream()
        .map(line -> line.replaceFirst("^(\\[[^]]*])+ ", "").split(" ")[0])
        .toList();
  }

  private static void assertLean(List<String> classes) {
    assertTrue(classes.contains(Lbctl.class.getName()), "not a list of lbctl's classes");
    assertNone(FORBIDDEN, classes);
  }

  private static void assertNone(List<String> prefixes, List<String> classes) {
    assertEquals(
        List.of(),
        classes.stream().filter(name -> prefixes.stream().anyMatch(name::startsWith)).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "health",
        "counters",
        "table web",
        "plan ../config/forwarding.toml",
        "reload ../config/forwarding.toml",
        "drain web 10.0.1.12 --wait --quiet 1ms",
        "top --count 1 --interval 100ms"
      })
  void shouldLoadNothingOfTheDaemonToAskIt(String command) throws Exception {
    try (ServedDirector served = new ServedDirector(folder.resolve("s"))) {
      List<String> classes =
          classesLoadedBy(("--socket " + served.socket() + " " + command).split(" "));
      assertLean(classes);
      assertNone(RARE, classes);
      assertTrue(classes.contains("io.lbdirector.admin.AdminClient"));
      assertTrue(classes.stream().noneMatch(name -> name.startsWith("io.lbdirector.config.")));
      assertEquals(command.contains("--wait"), classes.contains(DrainWait.class.getName()));
      assertEquals(command.startsWith("top"), classes.contains(Top.class.getName()));
    }
  }

  @Test
  void shouldLoadNothingOfTheDaemonToHearOfEvents() throws Exception {
    try (ServedDirector served = new ServedDirector(folder.resolve("s"))) {
      served.director.tell("generation", "generation 8 is live");
      served.closeOnceHeard();
      List<String> classes = classesLoadedBy(3, "--socket", served.socket().toString(), "events");
      assertLean(classes);
      assertTrue(classes.contains("io.lbdirector.admin.ServerEvents"));
    }
  }

  @Test
  void shouldLoadNothingOfTheDaemonToCheckFile() throws Exception {
    List<String> classes = classesLoadedBy("check", "../config/forwarding.toml");
    assertLean(classes);
    assertNone(RARE, classes);
    assertTrue(classes.contains("io.lbdirector.config.ConfigLoader"));
  }

  @Test
  void shouldLoadNothingOfTheDaemonToImport() throws Exception {
    List<String> classes =
        classesLoadedBy(
            "import",
            "glb",
            "--table",
            "src/test/resources/glb/forwarding_table.json",
            "--output",
            folder.resolve("f.toml").toString());
    assertLean(classes);
    assertTrue(classes.contains("io.lbdirector.glb.GlbImport"));
  }

  @Test
  void shouldLoadNothingOfTheDaemonToGenerateCompletion() throws Exception {
    List<String> classes = classesLoadedBy("generate-completion");
    assertLean(classes);
    assertTrue(classes.contains("picocli.AutoComplete"));
  }
}
