package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Second chance needs no process: a backend on which everything was killed still passes on what
 * belongs to another.
 */
@Timeout(300)
final class KilledBackendNetnsTest {
  private static final int CONNECTIONS = 20;

  @TempDir Path folder;
  private final List<Kept> kept = new ArrayList<>();
  private Lab lab;
  private DrainingPool pool;
  private Flows flows;

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving();
    flows = new Flows(lab);
    pool = DrainingPool.start(lab, folder);
  }

  @AfterEach
  void remove() throws Exception {
    try {
      for (Kept one : kept) {
        one.socket().close();
      }
    } finally {
      lab.close();
    }
  }

  /** A connection to a web server that stays open, and the lines that come. */
  private record Kept(Connection connection, Socket socket, BufferedReader lines) {
    static Kept open(Connection connection) throws Exception {
      Socket socket = connection.connect();
      return new Kept(
          connection,
          socket,
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)));
    }

    /**
     * @return name of the backend that answers
     */
    String askWho() throws IOException {
      try {
        String request = "GET / HTTP/1.1\r\nHost: lab\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String line = lines.readLine();
        while (!line.isEmpty()) {
          line = lines.readLine();
        }
        return lines.readLine().split(" ")[0];
      } catch (IOException | NullPointerException e) {
        throw new IOException(connection + " broke: " + e, e);
      }
    }
  }

  @Test
  void shouldForwardWhatOthersOwnWhenEverythingOnItIsKilled() throws Exception {
    Lab.Host owner = lab.backends().get(0);
    Lab.Host killed = lab.backends().get(1);
    openAll(owner, killed);
    pool.drain(owner);
    assertAllAnsweredBy(owner);
    killAll(killed);
    assertNobodyListens(owner, killed);
    OutcomeCounters before = OutcomeCounters.read(lab);
    assertAllAnsweredBy(owner);
    assertAllAnsweredBy(owner);
    assertOnlySecondChances(before, owner, killed);
  }

  private void openAll(Lab.Host owner, Lab.Host heir) throws Exception {
    for (Connection connection :
        flows.take(CONNECTIONS, WebClient.HTTP, c -> isBetween(c, owner, heir))) {
      kept.add(Kept.open(connection));
    }
    assertAllAnsweredBy(owner);
  }

  private boolean isBetween(Connection connection, Lab.Host owner, Lab.Host heir) {
    return pool.owner(connection).equals(owner) && pool.heir(connection).equals(heir);
  }

  private void assertAllAnsweredBy(Lab.Host backend) throws Exception {
    for (Kept one : kept) {
      assertEquals(backend.name(), one.askWho(), one.connection().toString());
    }
  }

  /** SIGKILL for every process in the namespace, and waits until none is left. */
  private static void killAll(Lab.Host host) throws Exception {
    assertFalse(processes(host).isEmpty(), "nothing runs on " + host);
    Await.until(
        "nothing runs on " + host,
        () -> {
          processes(host).forEach(ProcessHandle::destroyForcibly);
          return processes(host).isEmpty();
        });
  }

  private static List<ProcessHandle> processes(Lab.Host host) {
    return ProcessHandle.allProcesses().filter(process -> isOn(host, process)).toList();
  }

  private static boolean isOn(Lab.Host host, ProcessHandle process) {
    try {
      Path namespace = Path.of("/proc", Long.toString(process.pid()), "ns/net");
      return Files.getAttribute(namespace, "unix:ino").equals(host.namespace().inode());
    } catch (IOException e) {
      return false; // ended
    }
  }

  /** A new connection comes to the killed backend, whose kernel refuses it. */
  private void assertNobodyListens(Lab.Host owner, Lab.Host killed) {
    Connection connection = flows.next(WebClient.HTTP, c -> isBetween(c, owner, killed));
    assertEquals("", lab.exec(killed.name(), "ss", "-Htln"));
    IOException refused = assertThrows(IOException.class, connection::connect);
    assertTrue(refused.getMessage().contains("Connection refused"), refused.getMessage());
  }

  /** One more acknowledgment may still be under way when the last answer is read. */
  private void assertOnlySecondChances(OutcomeCounters before, Lab.Host owner, Lab.Host killed)
      throws Exception {
    String forwarded = OutcomeCounters.name(killed, Outcome.FORWARDED);
    String known = OutcomeCounters.name(owner, Outcome.KNOWN);
    Await.until(
        "all that was forwarded is known",
        () -> {
          Map<String, Long> counted = OutcomeCounters.read(lab).since(before);
          assertEquals(Set.of(forwarded, known), counted.keySet());
          return counted.get(forwarded).equals(counted.get(known));
        });
    long packets = OutcomeCounters.read(lab).since(before).get(forwarded);
    assertTrue(packets >= 2 * CONNECTIONS, packets + " packets forwarded");
  }
}
