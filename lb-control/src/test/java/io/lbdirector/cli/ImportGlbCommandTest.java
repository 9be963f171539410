package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImportGlbCommandTest {
  private static final Path GLB = Path.of("src/test/resources/glb");

  @TempDir Path folder;
  private Path output;
  private String out;
  private String err;

  @BeforeEach
  void name() {
    output = folder.resolve("forwarding.toml");
  }

  private int run(List<String> args) {
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    int code =
        Lbctl.run(
            new Console(
                InputStream.nullInputStream(),
                new PrintStream(results, true, StandardCharsets.UTF_8),
                new PrintStream(rest, true, StandardCharsets.UTF_8),
                Map.of("LB_SOCKET", "/nowhere/s"),
                false),
            args.toArray(new String[0]));
    out = results.toString(StandardCharsets.UTF_8);
    err = rest.toString(StandardCharsets.UTF_8);
    return code;
  }

  /** The whole command but for {@code more}. */
  private int importGlb(String... more) {
    List<String> args = new ArrayList<>(List.of("import", "glb"));
    args.addAll(List.of("--table", GLB.resolve("forwarding_table.json").toString()));
    args.addAll(List.of("--director", GLB.resolve("director.conf").toString()));
    args.addAll(List.of("--output", output.toString()));
    args.addAll(List.of(more));
    return run(args);
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private List<String> filesInFolder() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void shouldWriteWhatCheckAccepts() throws IOException {
    assertEquals(0, importGlb("--interface", "ens3", "--admin-socket=/run/x/s"), err);
    assertEquals(output + " is written: 3 tables, 6 binds, 9 backends, 3 warnings\n", out);
    assertTrue(
        err.startsWith(
            "left out: "
                + GLB.resolve("director.conf")
                + ": num_worker_queues, rx_drop_en, flow_paths, lcores: "),
        err);
    assertEquals(3, err.lines().filter(line -> line.startsWith("warning: ")).count(), err);
    String toml = Files.readString(output);
    assertTrue(toml.contains("interfaces      = [\"ens3\"]\n"), toml);
    assertTrue(toml.contains("[admin]\nsocket = \"/run/x/s\"\n"), toml);
    assertEquals(0, run(List.of("check", output.toString())), err);
    assertTrue(out.contains(" is good: 3 tables, 6 binds, 9 backends, "), out);
  }

  @Test
  void shouldKeepSecretsInTheFileAndTheFileToItsOwner() throws IOException {
    assertEquals(0, importGlb(), err);
    assertEquals("rw-------", mode(output));
    String secret = "00112233445566778899aabbccddeeff";
    assertTrue(Files.readString(output).contains(secret));
    assertFalse((out + err).contains(secret), out + err);
    assertEquals(List.of("forwarding.toml"), filesInFolder());
  }

  @Test
  void shouldReplaceNoFileUnlessForced() throws IOException {
    Files.writeString(output, "mine\n");
    Files.setPosixFilePermissions(output, PosixFilePermissions.fromString("rw-r-----"));
    assertEquals(1, importGlb());
    assertEquals(output + ": is there already; name another, or replace it with --force\n", err);
    assertEquals("", out);
    assertEquals("mine\n", Files.readString(output));
    assertEquals(0, importGlb("--force"), err);
    assertTrue(Files.readString(output).contains("[[table]]"));
    assertEquals("rw-r-----", mode(output));
    assertEquals(List.of("forwarding.toml"), filesInFolder());
  }

  @Test
  void shouldReplaceTheFileBehindLink() throws IOException {
    Path real = folder.resolve("real.toml");
    Files.writeString(real, "mine\n");
    Files.createSymbolicLink(output, real);
    assertEquals(1, importGlb());
    assertEquals(0, importGlb("--force"), err);
    assertTrue(Files.isSymbolicLink(output));
    assertTrue(Files.readString(real).contains("[[table]]"));
    Files.delete(real);
    assertEquals(1, importGlb("--force"));
    assertTrue(err.contains("is no regular file"), err);
  }

  @Test
  void shouldChangeNothingWhenAnythingIsWrong() throws IOException {
    Path table = folder.resolve("t.json");
    String good = Files.readString(GLB.resolve("forwarding_table.json"));
    Files.writeString(
        table, good.replace("\"port\": 22", "\"port\": 65536").replace("\"udp\"", "\"sctp\""));
    Files.writeString(output, "mine\n");
    List<String> args = List.of("import", "glb", "--table", table.toString());
    assertEquals(1, run(Stream.concat(args.stream(), Stream.of("--output=" + output)).toList()));
    assertEquals("", out);
    List<String> problems = err.lines().toList();
    assertEquals(4, problems.size(), err);
    assertTrue(problems.get(0).startsWith(table + ": tables[0].binds[3].proto: "), err);
    assertTrue(problems.get(1).startsWith(table + ": tables[0].binds[0].port: "), err);
    assertTrue(problems.get(3).startsWith(output + ": is there already"), err);
    assertEquals("mine\n", Files.readString(output));
  }

  @Test
  void shouldSayWhyTheFileCannotBeWritten() {
    output = folder.resolve("nowhere/f.toml");
    assertEquals(1, importGlb());
    assertEquals(output + ": cannot be written: its folder is not there\n", err);
    output = folder;
    assertEquals(1, importGlb("--force"));
    assertEquals(folder + ": is no regular file; name another\n", err);
  }

  @Test
  void shouldTellOutputTheFileFromOutputTheFormat() {
    List<String> args = new ArrayList<>(List.of("--output", "json", "import", "glb"));
    args.addAll(List.of("--table", GLB.resolve("forwarding_table.json").toString()));
    args.addAll(List.of("--director", GLB.resolve("director.conf").toString()));
    args.add("--output=" + output);
    assertEquals(0, run(args), err);
    assertEquals("", err);
    JsonObject report = JsonParser.parseString(out).getAsJsonObject();
    assertEquals(output.toString(), report.get("file").getAsString());
    assertEquals(3, report.get("tables").getAsInt());
    assertEquals(6, report.get("binds").getAsInt());
    assertEquals(9, report.get("backends").getAsInt());
    assertEquals(1, report.getAsJsonArray("left_out").size());
    assertEquals(4, report.getAsJsonArray("warnings").size());
    assertTrue(Files.exists(output));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import",
        "import glb",
        "import glb --table t.json",
        "import glb --output f.toml",
        "import glb --table t.json --output f.toml --output-file g.toml",
        "import katran --table t.json --output f.toml",
      })
  void shouldExitWith2OnWrongUsage(String command) {
    assertEquals(2, run(List.of(command.split(" "))));
    assertEquals("", out);
    assertFalse(err.isEmpty());
    assertFalse(Files.exists(Path.of("f.toml")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"import", "import glb", "generate-completion"})
  void shouldHelpWithin80Columns(String command) {
    assertEquals(0, run(List.of((command + " --help").split(" "))));
    assertTrue(out.startsWith("Usage: lbctl " + command), out);
    assertTrue(out.lines().allMatch(line -> line.length() <= 80), out);
    assertTrue(out.lines().allMatch(line -> line.equals(line.stripTrailing())), out);
    assertEquals("", err);
  }
}
