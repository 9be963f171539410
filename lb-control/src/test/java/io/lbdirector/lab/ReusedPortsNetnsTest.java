package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.Outcome;
import io.lbdirector.forwarding.IpAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A client that uses the addresses and ports of an old connection for a new one, while the owner of
 * the old one drains and has not forgotten it. The first hop keeps every SYN, so the new connection
 * is the heir's, and works. The hole in this (docs/backend.md) is seen here too: once the old owner
 * is the first hop again, its old socket catches what belongs to the heir.
 */
@Timeout(300)
final class ReusedPortsNetnsTest {
  private static final int OLD_NUMBER = 1000;
  private static final int NEW_NUMBER = 2_000_000_000; // outside the old window

  @TempDir static Path folder;
  private static Lab lab;
  private static DrainingPool pool;
  private static HandMadeClient client;
  private static Flows flows;

  private OpenPort port;

  @BeforeAll
  static void lay() throws Exception {
    lab = Lab.serving();
    client = HandMadeClient.in(lab);
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
  }

  @AfterEach
  void close() throws Exception {
    port.close();
  }

  /** By the client's kernel. */
  @ParameterizedTest
  @CsvSource({"203.0.113.10", "2001:db8:113::10"})
  void shouldBeginAtTheHeirWhileTheOwnerIsInTimeWait(IpAddress vip) throws Exception {
    Connection connection = flows.next(port.number(), c -> c.vip().equals(vip));
    Lab.Host owner = pool.owner(connection);
    leaveTimeWait(connection);
    pool.drain(owner);
    OutcomeCounters before = OutcomeCounters.read(lab);
    try (Socket again = connection.connect();
        Socket server = port.accept(pool.heir(connection))) {
      again.getOutputStream().write("again".getBytes(StandardCharsets.US_ASCII));
      OpenPort.assertReads("again", server);
      Map<String, Long> counted = OutcomeCounters.read(lab).since(before);
      assertEquals(1, counted.remove(OutcomeCounters.name(pool.heir(connection), Outcome.SYN)));
      assertEquals(Map.of(OutcomeCounters.name(pool.heir(connection), Outcome.KNOWN), 2L), counted);
      assertEquals("TIME-WAIT", TcpState.at(lab, owner, connection));
    }
  }

  private void leaveTimeWait(Connection connection) throws Exception {
    Lab.Host owner = pool.owner(connection);
    try (Socket old = connection.connect()) {
      port.accept(owner).close();
      assertEquals(-1, old.getInputStream().read());
    }
    TcpState.await(lab, owner, connection, "TIME-WAIT");
    TcpState.await(lab, connection.client(), connection, "NONE");
  }

  /** The hole. What the old owner catches is not lost for good: the client repeats it. */
  @ParameterizedTest
  @CsvSource({"203.0.113.10", "2001:db8:113::10"})
  void shouldStallWhereTheOwnerInTimeWaitIsFirstAgain(IpAddress vip) throws Exception {
    Connection connection = client.connection(vip, port);
    Lab.Host owner = pool.owner(connection);
    try (HandMadeConnection old = client.open(connection, OLD_NUMBER)) {
      port.accept(owner).close();
      old.awaitFin();
      old.finish();
      old.awaitAcknowledgment();
      assertEquals("TIME-WAIT", TcpState.at(lab, owner, connection));
      pool.drain(owner);
      try (HandMadeConnection again = client.open(connection, NEW_NUMBER);
          Socket server = port.accept(pool.heir(connection))) {
        again.converse(server);
        assertCaughtByTheOwner(again, old, connection);
        pool.drain(owner);
        again.resend();
        OpenPort.assertReads("caught", server);
      }
    }
  }

  /** The same, if the client lost its memory in a reboot and the old owner does not know. */
  @ParameterizedTest
  @CsvSource({"203.0.113.10", "2001:db8:113::10"})
  void shouldStallWhereTheOwnerThatHoldsTheOldConnectionIsFirstAgain(IpAddress vip)
      throws Exception {
    Connection connection = client.connection(vip, port);
    Lab.Host owner = pool.owner(connection);
    try (HandMadeConnection old = client.open(connection, OLD_NUMBER);
        Socket forgotten = port.accept(owner)) {
      old.converse(forgotten);
      pool.drain(owner);
      try (HandMadeConnection again = client.open(connection, NEW_NUMBER);
          Socket server = port.accept(pool.heir(connection))) {
        again.converse(server);
        assertEquals("ESTAB", TcpState.at(lab, owner, connection));
        assertCaughtByTheOwner(again, old, connection);
        reset(forgotten);
        OutcomeCounters before = OutcomeCounters.read(lab);
        again.resend();
        OpenPort.assertReads("caught", server);
        before.awaitGrowth(
            Map.of(
                OutcomeCounters.name(owner, Outcome.FORWARDED), 1L,
                OutcomeCounters.name(pool.heir(connection), Outcome.KNOWN), 1L));
      }
    }
  }

  /** It knows the connection and answers for the old one, which is no answer for the new. */
  private static void assertCaughtByTheOwner(
      HandMadeConnection again, HandMadeConnection old, Connection connection) throws Exception {
    pool.undrain();
    OutcomeCounters before = OutcomeCounters.read(lab);
    again.send("caught");
    again.awaitAcknowledgment(old.sent());
    before.awaitGrowth(Map.of(OutcomeCounters.name(pool.owner(connection), Outcome.KNOWN), 1L));
  }

  /** As a server does that gives up on a client. */
  private static void reset(Socket socket) throws Exception {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
