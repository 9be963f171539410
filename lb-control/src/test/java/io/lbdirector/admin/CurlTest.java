package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.os.Groups;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/admin-api.md tells people to type. Needs root: it calls as another user, too. */
@Timeout(60)
class CurlTest {
  private static final String NOBODY = "65534";

  /** Every Debian has it. */
  private static final String GROUP = "daemon";

  @TempDir Path folder;
  private ServedDirector served;

  @BeforeEach
  void serve() throws IOException {
    served = new ServedDirector(folder.resolve("admin.sock"));
  }

  @AfterEach
  void stop() throws IOException {
    served.close();
  }

  /** Runs curl; its output ends with a space and the status code. */
  private String curl(List<String> as, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(as);
    command.addAll(List.of("curl", "-sS", "-w", " %{http_code}", "--unix-socket"));
    command.add(served.socket().toString());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  /** As nobody, in the groups given. */
  private static List<String> nobody(String primary, String... supplementary) {
    return List.of(
        "setpriv",
        "--reuid=" + NOBODY,
        "--regid=" + primary,
        supplementary.length == 0
            ? "--clear-groups"
            : "--groups=" + String.join(",", supplementary));
  }

  /** Lets others than root reach the socket, whatever it itself allows them. */
  private void openFolder() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void openToAll() throws IOException {
    openFolder();
    Files.setPosixFilePermissions(served.socket(), PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  private void serveGroup() throws IOException {
    served.close();
    served = new ServedDirector(folder.resolve("admin.sock"), GROUP);
    openFolder();
  }

  private String drain(List<String> as) throws Exception {
    served.director.stateAsked = "nothing";
    return curl(
        as, "-d", "{\"state\": \"draining\"}", "http://lbd/v1/tables/web/backends/10.0.1.12/state");
  }

  @Test
  void shouldServeTwoRequestsOnOneConnection() throws Exception {
    String answer = curl(List.of(), "http://lbd/v1/status", "http://lbd/v1/tables/web");
    assertTrue(answer.contains("\"generation\":7"), answer);
    assertTrue(answer.contains("\"name\":\"web\""), answer);
    assertTrue(answer.endsWith(" 200"), answer);
  }

  @Test
  void shouldReloadFile() throws Exception {
    Path file = folder.resolve("forwarding.toml");
    String toml = "# " + "x".repeat(100_000) + "\n"; // big enough for Expect: 100-continue
    Files.writeString(file, toml);
    String answer =
        curl(List.of(), "--data-binary", "@" + file, "http://lbd/v1/reload?name=forwarding.toml");
    assertTrue(answer.endsWith(" 200"), answer);
    assertEquals(toml, served.director.reloadedToml);
    assertEquals("forwarding.toml", served.director.reloadedName);
  }

  @Test
  void shouldSetTheStateOfABackend() throws Exception {
    String answer =
        curl(
            List.of(),
            "-d",
            "{\"state\": \"draining\"}",
            "http://lbd/v1/tables/web/backends/10.0.1.12/state");
    assertTrue(answer.endsWith(" 200"), answer);
    assertEquals("web 10.0.1.12 DRAINING root", served.director.stateAsked);
  }

  @Test
  void shouldReloadFileInChunks() throws Exception {
    Path file = folder.resolve("forwarding.toml");
    Files.writeString(file, "[director]\n");
    String answer =
        curl(
            List.of(),
            "-H",
            "Transfer-Encoding: chunked",
            "--data-binary",
            "@" + file,
            "http://lbd/v1/reload");
    assertTrue(answer.endsWith(" 200"), answer);
    assertEquals("[director]\n", served.director.reloadedToml);
  }

  @Test
  void shouldTellOfTooBigFile() throws Exception {
    Path file = folder.resolve("forwarding.toml");
    Files.write(file, new byte[(8 << 20) + 1]);
    String answer = curl(List.of(), "--data-binary", "@" + file, "http://lbd/v1/reload");
    assertTrue(answer.contains("the body is above 8388608 bytes"), answer);
    assertTrue(answer.endsWith(" 413"), answer);
  }

  @Test
  void shouldLetAnotherUserLookButNotChange() throws Exception {
    openToAll();
    assertTrue(curl(nobody(NOBODY), "http://lbd/v1/status").endsWith(" 200"));
    String answer = drain(nobody(NOBODY, GROUP));
    assertTrue(answer.contains("uid 65534 may look, not change: only root may do"), answer);
    assertTrue(answer.contains("sudo"), answer);
    assertTrue(answer.endsWith(" 403"), answer);
    assertEquals("nothing", served.director.stateAsked);
  }

  @Test
  void shouldLetMembersOfTheGroupChange() throws Exception {
    serveGroup();
    String number = Integer.toString(Groups.number(GROUP).getAsInt());
    String[] many =
        IntStream.rangeClosed(2000, 2200).mapToObj(Integer::toString).toArray(String[]::new);
    many[200] = number;
    for (List<String> member :
        List.of(nobody(NOBODY, number), nobody(number), nobody(NOBODY, many))) {
      String answer = drain(member);
      assertTrue(answer.endsWith(" 200"), answer);
      assertEquals("web 10.0.1.12 DRAINING uid 65534", served.director.stateAsked);
    }
  }

  @Test
  void shouldShutOutWhoIsNotInTheGroup() throws Exception {
    serveGroup();
    assertEquals(7, exitCode(nobody(NOBODY, "2000")), "curl cannot connect");
    openToAll();
    assertEquals(0, exitCode(nobody(NOBODY, "2000")));
    String answer = drain(nobody(NOBODY, "2000"));
    assertTrue(answer.contains("only root and members of group " + GROUP + " may"), answer);
    assertTrue(answer.endsWith(" 403"), answer);
    assertEquals("nothing", served.director.stateAsked);
  }

  private int exitCode(List<String> as) throws Exception {
    List<String> command = new ArrayList<>(as);
    command.addAll(
        List.of("curl", "-s", "--unix-socket", served.socket() + "", "http://lbd/v1/status"));
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void shouldNameTheUserWhoBecameRoot() throws Exception {
    String logIn = "echo 1000 > /proc/self/loginuid && exec \"$@\"";
    String answer = drain(List.of("sh", "-c", logIn, "sudo"));
    assertTrue(answer.endsWith(" 200"), answer);
    assertEquals("web 10.0.1.12 DRAINING root (login uid 1000)", served.director.stateAsked);
  }

  /** The commands of the page's blocks, as they stand there. */
  private static List<String> commandsOfThePage() throws IOException {
    String page = Files.readString(Path.of("../docs/admin-api.md"));
    return Pattern.compile("(?ms)^```sh\n(.*?)^```$")
        .matcher(page)
        .results()
        .flatMap(block -> block.group(1).lines())
        .toList();
  }

  /** What runs here for a command of the page: on our socket, and an error is an error. */
  private String here(String command) {
    assertTrue(command.matches("(sudo )?curl .*--unix-socket /run/lb/admin.sock .*"), command);
    return command
        .replaceFirst("^(sudo )?curl ", "exec curl -sS --fail-with-body ")
        .replace(" -f ", " ")
        .replace("/run/lb/admin.sock", served.socket().toString());
  }

  private Process start(String command) throws IOException {
    return new ProcessBuilder("bash", "-c", here(command))
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .start();
  }

  static Stream<String> answered() throws IOException {
    return commandsOfThePage().stream().filter(command -> !command.contains("/v1/events"));
  }

  static Stream<String> streamed() throws IOException {
    return commandsOfThePage().stream().filter(command -> command.contains("/v1/events"));
  }

  @ParameterizedTest
  @MethodSource("answered")
  void shouldAnswerWhatThePageTellsToType(String command) throws Exception {
    Files.writeString(folder.resolve("forwarding.toml"), "[director]\n");
    Process process = start(command);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    if (command.contains(" -O ")) {
      output = Files.readString(folder.resolve("openapi.json"));
    }
    assertTrue(
        output.matches("(?s)" + (command.contains("/metrics") ? "# HELP lb_" : "[{\\[]") + ".*"),
        output);
  }

  @ParameterizedTest
  @MethodSource("streamed")
  void shouldStreamWhatThePageTellsToType(String command) throws Exception {
    for (int i = 1; i <= 41; i++) {
      served.director.tell("state", "known");
    }
    Process process = start(command);
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      boolean known = command.contains("41");
      assertEquals(known ? "id: 42" : "id: 1", known ? later(lines) : lines.readLine());
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  /** The first line about something that happens once somebody listens. */
  private String later(BufferedReader lines) throws Exception {
    while (served.director.listeners() == 0) {
      Thread.sleep(10);
    }
    served.director.tell("state", "10.0.1.12 of web is draining");
    return lines.readLine();
  }

  @Test
  void shouldHaveACommandOnThePageForEveryRoute() throws IOException {
    List<String> commands = commandsOfThePage();
    for (Route route : Routes.of(served.director)) {
      String path = route.path().replaceAll("\\{\\w+}", "[^/ ]+");
      Pattern target = Pattern.compile("http://lbd" + path + "(?=[?' ]|$)");
      assertTrue(
          commands.stream().anyMatch(command -> target.matcher(command).find()), route.toString());
      for (String parameter : route.query()) {
        assertTrue(
            commands.stream()
                .anyMatch(c -> target.matcher(c).find() && c.contains(parameter + "=")),
            route + " with " + parameter);
      }
    }
  }
}
