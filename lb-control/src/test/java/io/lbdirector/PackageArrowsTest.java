package io.lbdirector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds which package may look at which, from the sources: imports and names written in full. */
class PackageArrowsTest {
  private static final String OURS = "io.lbdirector.";
  private static final Path MAIN = Path.of("src/main/java");

  /** The one type of the director that those who call it see. */
  private static final String CONTROL = "director.DirectorControl";

  /** Package to what of ours it sees: whole packages, or a type where one is named. */
  private static final Map<String, Set<String>> SEES =
      Map.ofEntries(
          Map.entry("forwarding", Set.of()),
          Map.entry("config", Set.of("forwarding")),
          Map.entry("abi", Set.of("forwarding")),
          Map.entry("bpf", Set.of("os.Errno", "os.Libc", "os.Sys")),
          Map.entry("os", Set.of("forwarding")),
          Map.entry("dataplane", Set.of("abi", "bpf", "forwarding")),
          Map.entry("health", Set.of("forwarding")),
          Map.entry(
              "director",
              Set.of("forwarding", "config", "abi", "bpf", "os", "dataplane", "health")),
          Map.entry("metrics", Set.of(CONTROL, "director.BalanceReport")),
          Map.entry("admin", Set.of("forwarding", "metrics", "os.Groups", CONTROL)),
          Map.entry("glb", Set.of("config", "forwarding")),
          Map.entry("cli", Set.of("admin", "config", "forwarding", "glb")),
          Map.entry("log", Set.of()),
          Map.entry(
              "doctor",
              Set.of(
                  "forwarding",
                  "config",
                  "bpf",
                  "os",
                  "dataplane",
                  "director.EgressSettings",
                  "director.EgressState",
                  "director.EgressState.Hop",
                  "director.EgressState.Standing",
                  "director.EgressTracker",
                  "director.GatewayTracker",
                  "director.GatewayTrackerSettings",
                  "director.PortState")));

  /** Foreign package, or type of ours, to the packages that may use it. */
  private static final Map<String, Set<String>> CONFINED =
      Map.of(
          "jnr.",
          Set.of("bpf", "os"),
          OURS + "os.Libc",
          Set.of("bpf", "os"),
          OURS + "os.Sys",
          Set.of("bpf", "os"),
          "io.netty.",
          Set.of("admin", "health"),
          "ch.qos.logback.",
          Set.of("log"),
          "com.moandjiezana.",
          Set.of("config"),
          "io.prometheus.",
          Set.of("metrics"));

  private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([a-z.]+);");
  private static final Pattern NAME =
      Pattern.compile(
          "\\b(?:io\\.lbdirector|jnr|io\\.netty|io\\.prometheus|com\\.moandjiezana|ch\\.qos\\.logback)"
              + "(?:\\.(?:\\w+|\\*))+");
  private static final Pattern COMMENT_OR_TEXT =
      Pattern.compile(
          "//[^\\n]*|/\\*.*?\\*/|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\])'",
          Pattern.DOTALL);

  @Test
  void shouldKeepTheArrowsBetweenPackages() throws IOException {
    List<String> violations = new ArrayList<>();
    int files = 0;
    for (Path file : sources()) {
      violations.addAll(violations(file.toString(), Files.readString(file)));
      files++;
    }
    assertTrue(files > 20, files + " files under " + MAIN.toAbsolutePath());
    assertEquals("", String.join("\n", violations));
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(MAIN)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  /** Everything in one source file that goes against the arrows, a line each. */
  private static List<String> violations(String file, String source) {
    Matcher declaration = PACKAGE.matcher(source);
    String declared = declaration.find() ? declaration.group(1) : "no package";
    if (declared.equals("io.lbdirector")) {
      return List.of(); // Main wires everything.
    }
    String own = declared.startsWith(OURS) ? declared.substring(OURS.length()) : declared;
    if (!SEES.containsKey(own)) {
      return List.of(file + ": package " + declared + " has no place in the arrows");
    }
    Set<String> violations = new TreeSet<>();
    String code = COMMENT_OR_TEXT.matcher(source).replaceAll(" ");
    Matcher name = NAME.matcher(code);
    while (name.find()) {
      if (!maySee(own, name.group())) {
        violations.add(file + ": " + own + " may not see " + name.group());
      }
    }
    return List.copyOf(violations);
  }

  private static boolean maySee(String own, String name) {
    boolean confined =
        CONFINED.entrySet().stream()
            .filter(entry -> name.startsWith(entry.getKey()))
            .anyMatch(entry -> !entry.getValue().contains(own));
    if (confined || !name.startsWith(OURS)) {
      return !confined;
    }
    String seen = name.substring(OURS.length());
    return Stream.concat(Stream.of(own), SEES.get(own).stream())
        .anyMatch(allowed -> seen.equals(allowed) || seen.startsWith(allowed + "."));
  }

  private static List<String> check(String own, String line) {
    return violations("X.java", "package io.lbdirector." + own + ";\n" + line + "\nclass X {}\n");
  }

  private static void assertViolation(String own, String line, String seen) {
    assertEquals(List.of("X.java: " + own + " may not see " + seen), check(own, line));
  }

  @Test
  void shouldCatchImportsAgainstTheArrows() {
    assertViolation(
        "forwarding", "import io.lbdirector.config.Problem;", "io.lbdirector.config.Problem");
    assertViolation(
        "config", "import static io.lbdirector.abi.Maps.*;", "io.lbdirector.abi.Maps.*");
    assertViolation("os", "import io.lbdirector.bpf.BpfMap;", "io.lbdirector.bpf.BpfMap");
    assertViolation(
        "admin", "import io.lbdirector.director.Director;", "io.lbdirector.director.Director");
    assertViolation(
        "cli",
        "import io.lbdirector.director.DirectorControl;",
        "io.lbdirector.director.DirectorControl");
    assertViolation("bpf", "import io.lbdirector.os.Netlink;", "io.lbdirector.os.Netlink");
    assertViolation("director", "import io.lbdirector.os.Libc;", "io.lbdirector.os.Libc");
    assertViolation("dataplane", "import io.lbdirector.*;", "io.lbdirector.*");
    assertViolation(
        "doctor", "import io.lbdirector.director.Director;", "io.lbdirector.director.Director");
    assertViolation("doctor", "import io.lbdirector.os.Sys;", "io.lbdirector.os.Sys");
  }

  @Test
  void shouldCatchNamesWrittenInFull() {
    assertViolation(
        "health",
        "class Y { io.lbdirector.director.DirectorControl c; }",
        "io.lbdirector.director.DirectorControl");
  }

  @Test
  void shouldCatchLibrariesOutsideTheirPackages() {
    assertViolation("dataplane", "import jnr.ffi.Pointer;", "jnr.ffi.Pointer");
    assertViolation("cli", "import io.netty.buffer.ByteBuf;", "io.netty.buffer.ByteBuf");
    assertViolation(
        "admin", "import ch.qos.logback.classic.Level;", "ch.qos.logback.classic.Level");
    assertViolation("director", "import com.moandjiezana.toml.Toml;", "com.moandjiezana.toml.Toml");
  }

  @Test
  void shouldCatchEveryViolationOfAFile() {
    String source =
        "import jnr.ffi.Pointer;\nimport io.lbdirector.abi.A;\nimport io.lbdirector.cli.C;";
    assertEquals(3, check("config", source).size());
  }

  @Test
  void shouldCatchUnknownPackages() {
    assertEquals(
        List.of("X.java: package io.lbdirector.util has no place in the arrows"),
        check("util", ""));
  }

  @Test
  void shouldLetAllowedNamesAndCommentsPass() {
    assertEquals(List.of(), check("bpf", "import jnr.ffi.Pointer;"));
    assertEquals(List.of(), check("bpf", "import io.lbdirector.os.Errno;"));
    assertEquals(
        List.of(), check("admin", "import io.lbdirector.director.DirectorControl.StatusReport;"));
    assertEquals(List.of(), check("director", "import io.lbdirector.dataplane.DataPlane;"));
    assertEquals(
        List.of(),
        check(
            "forwarding",
            "/** {@link io.lbdirector.config.Problem} */ // jnr.ffi.Pointer\n"
                + "class Y { String s = \"io.netty.buffer\"; }"));
  }
}
