package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.Outcome;
import io.lbdirector.forwarding.IpAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Connections that end while their owner drains: every segment of the end goes to the heir first,
 * and reaches the owner's socket, one in time-wait too. Nobody sends a reset.
 */
@Timeout(300)
final class ClosingNetnsTest {
  private static final int FIRST_NUMBER = 1000;

  @TempDir static Path folder;
  private static Lab lab;
  private static DrainingPool pool;
  private static HandMadeClient handMade;
  private static Flows flows;

  private OpenPort port;
  private long resets;

  @BeforeAll
  static void lay() throws Exception {
    lab = Lab.serving();
    handMade = HandMadeClient.in(lab);
    flows = new Flows(lab);
    pool = DrainingPool.start(lab, folder);
  }

  @AfterAll
  static void remove() {
    if (lab != null) {
      lab.close();
    }
  }

  @BeforeEach
  void listen() throws Exception {
    pool.undrain();
    port = pool.openPort();
    resets = TcpState.resetsSent(lab);
  }

  @AfterEach
  void close() throws Exception {
    port.close();
  }

  /** Two kernels end it, the client first or the backend first; who is first waits at the end. */
  @ParameterizedTest(name = "{0}, client first: {1}")
  @CsvSource({
    "203.0.113.10, true",
    "203.0.113.10, false",
    "2001:db8:113::10, true",
    "2001:db8:113::10, false"
  })
  void shouldEndBothSides(IpAddress vip, boolean clientFirst) throws Exception {
    Connection connection = flows.next(port.number(), c -> c.vip().equals(vip));
    Lab.Host owner = pool.owner(connection);
    try (Socket client = connection.connect();
        Socket server = port.accept(owner)) {
      pool.drain(owner);
      OutcomeCounters before = OutcomeCounters.read(lab);
      end(clientFirst ? client : server, clientFirst ? server : client);
      TcpState.await(lab, connection.client(), connection, clientFirst ? "TIME-WAIT" : "NONE");
      TcpState.await(lab, owner, connection, clientFirst ? "NONE" : "TIME-WAIT");
      assertOnlySecondChances(before, connection);
    }
    assertNobodySentAReset();
  }

  private static void end(Socket first, Socket second) throws Exception {
    first.shutdownOutput();
    assertEquals(-1, second.getInputStream().read());
    second.close();
    assertEquals(-1, first.getInputStream().read());
    first.close();
  }

  /** How many depends on which segments the client's kernel joins into one. */
  private static void assertOnlySecondChances(OutcomeCounters before, Connection connection) {
    Map<String, Long> counted = OutcomeCounters.read(lab).since(before);
    String forwarded = OutcomeCounters.name(pool.heir(connection), Outcome.FORWARDED);
    String known = OutcomeCounters.name(pool.owner(connection), Outcome.KNOWN);
    assertEquals(Set.of(forwarded, known), counted.keySet());
    assertEquals(counted.get(forwarded), counted.get(known), counted.toString());
  }

  /** The server is in no hurry to close. */
  @ParameterizedTest
  @CsvSource({"203.0.113.10", "2001:db8:113::10"})
  void shouldAcknowledgeTheClientsFinAgainIfItIsRepeated(IpAddress vip) throws Exception {
    Connection connection = handMade.connection(vip, port);
    Lab.Host owner = pool.owner(connection);
    try (HandMadeConnection peer = handMade.open(connection, FIRST_NUMBER);
        Socket server = port.accept(owner)) {
      pool.drain(owner);
      OutcomeCounters before = OutcomeCounters.read(lab);
      peer.finish();
      peer.awaitAcknowledgment();
      peer.resend();
      peer.awaitAcknowledgment();
      assertEquals("CLOSE-WAIT", TcpState.at(lab, owner, connection));
      assertEquals(-1, server.getInputStream().read());
      server.close();
      peer.awaitFin();
      assertEquals("LAST-ACK", TcpState.at(lab, owner, connection));
      peer.acknowledge();
      TcpState.await(lab, owner, connection, "NONE");
      before.awaitGrowth(pool.secondChances(connection, Outcome.KNOWN, 3));
    }
    assertNobodySentAReset();
  }

  /** The owner's last ACK is lost: the client's FIN comes again, for a socket in time-wait. */
  @ParameterizedTest
  @CsvSource({"203.0.113.10", "2001:db8:113::10"})
  void shouldAcknowledgeARepeatedFinInTimeWait(IpAddress vip) throws Exception {
    Connection connection = handMade.connection(vip, port);
    Lab.Host owner = pool.owner(connection);
    try (HandMadeConnection peer = handMade.open(connection, FIRST_NUMBER)) {
      port.accept(owner).close();
      peer.awaitFin();
      pool.drain(owner);
      OutcomeCounters before = OutcomeCounters.read(lab);
      peer.acknowledge();
      TcpState.await(lab, owner, connection, "FIN-WAIT-2");
      peer.finish();
      peer.awaitAcknowledgment();
      assertEquals("TIME-WAIT", TcpState.at(lab, owner, connection));
      peer.resend();
      peer.awaitAcknowledgment();
      assertEquals("TIME-WAIT", TcpState.at(lab, owner, connection));
      before.awaitGrowth(pool.secondChances(connection, Outcome.KNOWN, 3));
    }
    assertNobodySentAReset();
  }

  private void assertNobodySentAReset() {
    assertEquals(resets, TcpState.resetsSent(lab));
  }
}
