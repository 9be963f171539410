package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What docs/admin-api.md tells people to type. Needs root: it calls as another user, too. */
@Timeout(60)
class CurlTest {
  private static final String NOBODY = "65534";

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

  private String asNobody(String... arguments) throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(served.socket(), PosixFilePermissions.fromString("rw-rw-rw-"));
    return curl(
        List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"), arguments);
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
    assertTrue(asNobody("http://lbd/v1/status").endsWith(" 200"));
    String answer = asNobody("--data-binary", "x", "http://lbd/v1/reload");
    assertTrue(answer.contains("uid 65534 may look, not change: only root"), answer);
    assertTrue(answer.contains("sudo"), answer);
    assertTrue(answer.endsWith(" 403"), answer);
    assertNull(served.director.reloadedToml);
  }
}
