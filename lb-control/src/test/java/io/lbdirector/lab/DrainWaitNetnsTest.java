package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code lbctl drain --wait} over real connections: the backend itself is asked. */
@Timeout(300)
final class DrainWaitNetnsTest {
  private static final String TABLE = "web";
  private static final int CONNECTIONS = 10;

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;
  private Lab.Host drained;
  private Flows flows;
  private FlowModel model;
  private Process waiting;

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    drained = lab.host("backend2");
    flows = new Flows(lab);
    lbd = lab.own(new Lbd(lab, folder));
    String toml =
        lbd.head()
            + TableText.table(TABLE)
                .hops(2)
                .backends(TableText.ALL)
                .bind("tcp", BackendServers.ECHO);
    model = FlowModel.of(toml);
    lbd.start(toml);
  }

  @AfterEach
  void remove() {
    if (waiting != null) {
      waiting.destroyForcibly();
    }
    lab.close();
  }

  private boolean isOfDrained(Connection connection) {
    return model.primary(TABLE, connection.flow()).equals(drained.ipv4());
  }

  private void drainAndWait(String... options) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                "target/classes:target/lib/*", // bin/lbctl wants a jar, which tests come before
                "io.lbdirector.cli.Lbctl",
                "--socket",
                lbd.socket().toString(),
                "drain",
                TABLE,
                drained.ipv4().toString(),
                "--wait"));
    command.addAll(List.of(options));
    waiting =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output().toFile())
            .start();
  }

  private Path output() {
    return folder.resolve("lbctl.out");
  }

  private void awaitOutput(String text) throws Exception {
    Await.until(text, () -> Files.readString(output()).contains(text));
  }

  private boolean endsWithin(Duration time) throws Exception {
    return Await.within(time, () -> !waiting.isAlive());
  }

  @Test
  void shouldEndAfterTheLastConnectionHasGoneAndNotBefore() throws Exception {
    try (EchoLoad chatty =
        EchoLoad.start(flows.take(CONNECTIONS, BackendServers.ECHO, this::isOfDrained))) {
      chatty.awaitMessages(1);
      drainAndWait("--quiet", "2s");
      awaitOutput("of connections on " + drained.ipv4());
      assertFalse(endsWithin(Duration.ofSeconds(5)), Files.readString(output()));
      chatty.awaitMessages(1);
      chatty.finish();
    }
    assertTrue(endsWithin(Await.LIMIT), Files.readString(output()));
    String said = Files.readString(output());
    assertEquals(0, waiting.exitValue(), said);
    assertTrue(said.contains(drained.ipv4() + " of web is drained"), said);
  }

  @Test
  void shouldSayThatItDoesNotSeeAConnectionThatIsSilent() throws Exception {
    try (Socket idle = flows.next(BackendServers.ECHO, this::isOfDrained).connect()) {
      idle.getOutputStream().write('x');
      assertEquals('x', idle.getInputStream().read());
      drainAndWait("--quiet", "2s");
      assertTrue(endsWithin(Await.LIMIT), Files.readString(output()));
      String said = Files.readString(output());
      assertEquals(0, waiting.exitValue(), said);
      assertTrue(said.contains("connections that sent nothing in that time are not seen"), said);
      idle.getOutputStream().write('y');
      assertEquals('y', idle.getInputStream().read());
    }
  }

  @Test
  void shouldSayThatItKnowsNothingOfABackendThatDoesNotAnswer() throws Exception {
    Lbd.command(lab, "backend2", "backend", "detach", "--interface", "eth0");
    drainAndWait("--quiet", "1s", "--timeout", "8s");
    awaitOutput("unknown: " + drained.ipv4() + " does not answer");
    assertTrue(endsWithin(Await.LIMIT), Files.readString(output()));
    String said = Files.readString(output());
    assertEquals(1, waiting.exitValue(), said);
    assertTrue(said.contains("the drain stays in force"), said);
    assertEquals(
        "draining",
        lbd.status()
            .getAsJsonArray("overrides")
            .get(0)
            .getAsJsonObject()
            .get("state")
            .getAsString());
  }
}
