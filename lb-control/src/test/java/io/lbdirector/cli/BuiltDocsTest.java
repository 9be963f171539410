package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the build makes of the commands: the script that completes them, and their man pages. */
@Timeout(60)
class BuiltDocsTest {
  private static final Path SCRIPT = Path.of("target/lbctl-completion.bash");
  private static final Path MAN = Path.of("target/man");

  private static String output(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    Console console =
        new Console(InputStream.nullInputStream(), stream, System.err, Map.of(), false);
    assertEquals(0, Lbctl.run(console, args));
    return out.toString(StandardCharsets.UTF_8);
  }

  /** What bash offers for the last of {@code words}, with the script sourced. */
  private static Set<String> offered(Path script, String... words)
      throws IOException, InterruptedException {
    String ask =
        """
        set -u
        compopt() { :; }  # knows only completions that a person asked for
        source "$1"
        shift
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        COMP_LINE="$*"
        COMP_POINT=${#COMP_LINE}
        complete -p lbctl | grep -q -- '-F _complete_lbctl' || exit 9
        _complete_lbctl
        printf '%s\\n' "${COMPREPLY[@]}"
        """;
    List<String> command = new ArrayList<>(List.of("bash", "--norc", "-c", ask, "bash"));
    command.add(script.toString());
    command.addAll(List.of(words));
    Process bash = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, bash.waitFor(), text);
    return text.lines().map(String::strip).collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @CsvSource({
    "lbctl gen,                       generate-completion",
    "lbctl import '',                 glb",
    "lbctl import glb --adm,          --admin-socket",
    "lbctl import glb --force --out,  --output",
    "lbctl status --out,              --output",
    "lbctl --output '',               json text",
    "lbctl status --output j,         json",
    "lbctl counters --al,             --all",
    "lbctl check src/test/resources/gl,  src/test/resources/glb",
    "lbctl reload src/test/resources/gl, src/test/resources/glb",
  })
  void shouldCompleteWords(String line, String offers) throws Exception {
    String[] words = line.replace("''", " ").split(" +", -1);
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].strip();
    }
    assertEquals(new TreeSet<>(List.of(offers.split(" "))), offered(SCRIPT, words));
  }

  @Test
  void shouldOfferEveryCommand() throws Exception {
    Set<String> commands = commandLine().getSubcommands().keySet();
    Set<String> offered = offered(SCRIPT, "lbctl", "");
    assertTrue(offered.containsAll(commands), offered + " of " + commands);
    assertTrue(offered.contains("status"), offered.toString());
  }

  @Test
  void shouldCompleteTheFileThatImportWrites() throws Exception {
    Set<String> offered =
        offered(SCRIPT, "lbctl", "import", "glb", "--output", "src/test/resources/gl");
    assertTrue(offered.contains("src/test/resources/glb"), offered.toString());
    assertFalse(offered.contains("json"), offered.toString());
  }

  @Test
  void shouldPrintTheScriptThatTheBuildMakes() throws IOException {
    assertEquals(Files.readString(SCRIPT), output("generate-completion"));
  }

  private static CommandLine commandLine() {
    return new CommandLine(Lbctl.class);
  }

  /** A command and all below it. */
  private static Stream<CommandLine> all(CommandLine command) {
    return Stream.concat(
        Stream.of(command), command.getSubcommands().values().stream().flatMap(BuiltDocsTest::all));
  }

  @Test
  void shouldDescribeEachCommandAndItsOptionsOnPageOfItsOwn() throws IOException {
    List<CommandLine> commands = all(commandLine()).toList();
    assertTrue(commands.size() > 10, commands.toString());
    for (CommandLine command : commands) {
      String name = command.getCommandSpec().qualifiedName("-");
      String page = Files.readString(MAN.resolve(name + ".adoc"));
      assertTrue(page.contains("\n= " + name + "(1)\n"), page);
      assertTrue(page.contains("\n" + name + " - "), page);
      for (var option : command.getCommandSpec().options()) {
        assertTrue(page.contains("*" + option.longestName() + "*"), name + ": " + option);
      }
      assertFalse(page.contains("not from a jar"), page);
    }
  }

  @Test
  void shouldDescribeTheDaemonToo() throws IOException {
    for (String name : List.of("lbd", "lbd-run", "lbd-detach", "lbd-backend-attach")) {
      String page = Files.readString(MAN.resolve(name + ".adoc"));
      assertTrue(page.contains("\n= " + name + "(1)\n"), page);
    }
  }
}
