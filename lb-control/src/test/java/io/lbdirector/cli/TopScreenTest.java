package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.admin.ServedDirector;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code lbctl top} in a JVM of its own, on a terminal that script(1) makes. */
@Timeout(60)
class TopScreenTest {
  private static final String ENTER = "\u001b[?1049h";
  private static final String LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";

  @TempDir Path folder;
  private ServedDirector served;
  private Process terminal;
  private InputStream screen;
  private OutputStream keyboard;
  private final StringBuilder drawn = new StringBuilder();

  @BeforeEach
  void start() throws IOException {
    served = new ServedDirector(folder.resolve("s"));
    Path run = folder.resolve("run");
    Files.writeString(
        run,
        """
        trap : INT
        stty rows 12 columns 70
        stty -g >%1$s/before
        %2$s -Dlb.terminal=true -cp '%3$s' io.lbdirector.cli.Lbctl --socket %1$s/s top --interval 100ms
        echo $? >%1$s/code
        stty -g >%1$s/after
        """
            .formatted(
                folder,
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path")));
    ProcessBuilder script =
        new ProcessBuilder(
            "env", "--default-signal=INT", "script", "-qec", "sh " + run, "/dev/null");
    script.environment().keySet().removeAll(Set.of("LINES", "COLUMNS", "NO_COLOR"));
    script.environment().put("TERM", "xterm");
    terminal = script.redirectErrorStream(true).start();
    screen = terminal.getInputStream();
    keyboard = terminal.getOutputStream();
  }

  @AfterEach
  void stop() throws Exception {
    terminal.destroyForcibly().waitFor();
    served.close();
  }

  private void await(String text) throws IOException {
    byte[] some = new byte[4096];
    while (drawn.indexOf(text) < 0) {
      int length = screen.read(some);
      assertTrue(length > 0, () -> "no " + text + " in " + drawn);
      drawn.append(new String(some, 0, length, StandardCharsets.UTF_8));
    }
  }

  private void hit(String key) throws IOException {
    keyboard.write(key.getBytes(StandardCharsets.US_ASCII));
    keyboard.flush();
  }

  private String written(String file) throws IOException {
    return Files.readString(folder.resolve(file)).strip();
  }

  @ParameterizedTest
  @ValueSource(strings = {"q", "\u0003"})
  void shouldDrawUntilAKeyEndsItAndLeaveTheTerminalAsItWas(String key) throws Exception {
    await("10.0.1.11");
    hit("x");
    drawn.setLength(0);
    await("10.0.1.11");
    hit(key);
    await(LEAVE);
    terminal.waitFor();
    assertEquals("0", written("code"));
    assertEquals(written("before"), written("after"));
  }

  @Test
  void shouldFitTheTerminal() throws Exception {
    await("10.0.1.11");
    drawn.setLength(0);
    await("\u001b[J");
    await("\u001b[H");
    int start = drawn.indexOf("\u001b[H");
    await("\u001b[H");
    hit("q");
    await(LEAVE);
    String page = drawn.substring(start, drawn.indexOf("\u001b[J", start));
    String[] lines = page.split("\r\n");
    assertTrue(lines.length > 5 && lines.length <= 12, page);
    for (String line : lines) {
      assertTrue(line.replaceAll("\u001b\\[[0-9;]*[a-zA-Z]", "").length() <= 70, line);
    }
    terminal.waitFor();
  }

  @Test
  void shouldShowThatTheDaemonIsAwayAndGoOn() throws Exception {
    await("10.0.1.11");
    served.close();
    await("no answer for");
    served = new ServedDirector(folder.resolve("s"));
    drawn.setLength(0);
    await("\u001b[Hgeneration 7");
    hit("q");
    await(LEAVE);
    terminal.waitFor();
    assertEquals("0", written("code"));
  }

  @Test
  void shouldDrawOnTheAlternateScreenOnly() throws Exception {
    await("10.0.1.11");
    int entered = drawn.indexOf(ENTER);
    assertTrue(entered >= 0 && entered < drawn.indexOf("\u001b[H"), drawn.toString());
    hit("q");
    await(LEAVE);
    terminal.waitFor();
    assertTrue(drawn.toString().endsWith(LEAVE), drawn.toString());
  }
}
