package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.admin.FakeDirector;
import io.lbdirector.admin.ServedDirector;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Runs lbctl in process, against a made-up director, in time of its own. */
final class LbctlRunner implements AutoCloseable {
  final FakeDirector director = new FakeDirector();
  final FakePace pace = new FakePace();
  final Map<String, String> environment = new HashMap<>();
  boolean terminal;
  private final Path socket;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private ServedDirector served;

  LbctlRunner(Path folder) throws IOException {
    socket = folder.resolve("s");
    served = new ServedDirector(socket, director);
    environment.put("LB_SOCKET", socket.toString());
  }

  int run(String... args) {
    out.reset();
    return run(out, args);
  }

  int run(OutputStream results, String... args) {
    err.reset();
    return Lbctl.run(
        new Console(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(results, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment,
            terminal,
            pace),
        args);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  void assertPrints(String expected, String command) {
    assertEquals(0, run(command.split(" ")), err());
    assertEquals(expected, out());
    assertEquals("", err());
  }

  /** The daemon ends. */
  void stop() throws IOException {
    served.close();
  }

  /** Another daemon, with the answers of the one before. */
  void restart() throws IOException {
    served = new ServedDirector(socket, director);
  }

  @Override
  public void close() throws IOException {
    served.close();
  }
}
