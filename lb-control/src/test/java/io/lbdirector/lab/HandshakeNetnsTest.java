package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.Outcome;
import io.lbdirector.forwarding.IpAddress;
import java.net.Socket;
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
 * A handshake with a drain in its middle: the owner has sent the SYN-ACK, and what the client sends
 * next goes to the heir first. The owner knows it by its half-open socket, or, if it keeps none, by
 * the cookie that it sent along.
 *
 * <p>The backends share one kernel, and so the secret that cookies are made with: a listener that
 * gave out cookies lately takes another's for its own. So every test has listeners that never gave
 * out any.
 */
@Timeout(300)
final class HandshakeNetnsTest {
  private static final int FIRST_NUMBER = 1000;

  @TempDir static Path folder;
  private static Lab lab;
  private static DrainingPool pool;
  private static HandMadeClient client;

  private OpenPort port;

  @BeforeAll
  static void lay() throws Exception {
    lab = Lab.serving();
    client = HandMadeClient.in(lab);
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

  /**
   * @param halfOpen other connections that are half open at the owner; two fill it
   * @param known what the owner finds of the client's ACK
   */
  @ParameterizedTest(name = "{0}: tcp_syncookies={1}, {2} half open before, {3}")
  @CsvSource({
    "203.0.113.10, 0, 0, KNOWN",
    "203.0.113.10, 1, 0, KNOWN",
    "203.0.113.10, 1, 2, COOKIE",
    "203.0.113.10, 2, 0, COOKIE",
    "2001:db8:113::10, 0, 0, KNOWN",
    "2001:db8:113::10, 1, 0, KNOWN",
    "2001:db8:113::10, 1, 2, COOKIE",
    "2001:db8:113::10, 2, 0, COOKIE"
  })
  void shouldCompleteAtTheBackendThatSentTheSynAck(
      IpAddress vip, int syncookies, int halfOpen, Outcome known) throws Exception {
    setSyncookies(syncookies);
    Connection connection = connection(vip);
    for (int i = 0; i < halfOpen; i++) {
      leaveHalfOpen(pool.owner(connection));
    }
    try (HandMadeConnection peer = openHalf(connection, known)) {
      pool.drain(pool.owner(connection));
      OutcomeCounters before = OutcomeCounters.read(lab);
      peer.acknowledge();
      before.awaitGrowth(pool.secondChances(connection, known, 1));
      try (Socket server = port.accept(pool.owner(connection))) {
        peer.converse(server);
      }
    }
  }

  /** The ACK is lost; the first data say the same. */
  @ParameterizedTest(name = "{0}: tcp_syncookies={1}")
  @CsvSource({
    "203.0.113.10, 0, KNOWN",
    "203.0.113.10, 1, KNOWN",
    "203.0.113.10, 2, COOKIE",
    "2001:db8:113::10, 0, KNOWN",
    "2001:db8:113::10, 1, KNOWN",
    "2001:db8:113::10, 2, COOKIE"
  })
  void shouldCompleteByTheFirstDataIfTheAckIsLost(IpAddress vip, int syncookies, Outcome known)
      throws Exception {
    setSyncookies(syncookies);
    Connection connection = connection(vip);
    try (HandMadeConnection peer = openHalf(connection, known)) {
      pool.drain(pool.owner(connection));
      OutcomeCounters before = OutcomeCounters.read(lab);
      peer.send("early");
      before.awaitGrowth(pool.secondChances(connection, known, 1));
      try (Socket server = port.accept(pool.owner(connection))) {
        OpenPort.assertReads("early", server);
      }
    }
  }

  /** What backends on one machine do; the client does not notice who made its connection. */
  @ParameterizedTest
  @CsvSource({"203.0.113.10", "2001:db8:113::10"})
  void shouldCompleteAtTheHeirIfItLatelyGaveOutCookiesOfTheSameKernel(IpAddress vip)
      throws Exception {
    setSyncookies(2);
    Connection connection = connection(vip);
    Lab.Host heir = pool.heir(connection);
    leaveHalfOpen(heir);
    try (HandMadeConnection peer = openHalf(connection, Outcome.COOKIE)) {
      pool.drain(pool.owner(connection));
      OutcomeCounters before = OutcomeCounters.read(lab);
      peer.acknowledge();
      before.awaitGrowth(Map.of(OutcomeCounters.name(heir, Outcome.COOKIE), 1L));
      try (Socket server = port.accept(heir)) {
        peer.converse(server);
      }
    }
  }

  /** An heir that gives out cookies of its own takes nothing else for one. */
  @ParameterizedTest
  @CsvSource({"203.0.113.10", "2001:db8:113::10"})
  void shouldForwardEstablishedConnectionsThoughTheHeirGivesOutCookies(IpAddress vip)
      throws Exception {
    setSyncookies(2);
    Connection connection = connection(vip);
    try (HandMadeConnection peer = openHalf(connection, Outcome.COOKIE)) {
      peer.acknowledge();
      try (Socket server = port.accept(pool.owner(connection))) {
        peer.converse(server);
        pool.drain(pool.owner(connection));
        leaveHalfOpen(pool.heir(connection));
        OutcomeCounters before = OutcomeCounters.read(lab);
        peer.converse(server);
        before.awaitGrowth(pool.secondChances(connection, Outcome.KNOWN, 2));
      }
    }
  }

  private static void setSyncookies(int value) {
    for (Lab.Host backend : lab.backends()) {
      lab.exec(backend.name(), "sysctl", "-qw", "net.ipv4.tcp_syncookies=" + value);
    }
  }

  private Connection connection(IpAddress vip) {
    return client.connection(vip, port);
  }

  /** Up to the SYN-ACK, for which the owner keeps a socket only if it shall know it by that. */
  private static HandMadeConnection openHalf(Connection connection, Outcome known)
      throws Exception {
    Lab.Host owner = pool.owner(connection);
    OutcomeCounters before = OutcomeCounters.read(lab);
    HandMadeConnection peer = client.openHalf(connection, FIRST_NUMBER);
    try {
      before.awaitGrowth(Map.of(OutcomeCounters.name(owner, Outcome.SYN), 1L));
      String state = known == Outcome.KNOWN ? "SYN-RECV" : "NONE";
      assertEquals(state, TcpState.at(lab, owner, connection));
      return peer;
    } catch (Exception | Error e) {
      peer.close();
      throw e;
    }
  }

  /** Has a backend send a SYN-ACK that nobody answers. */
  private void leaveHalfOpen(Lab.Host backend) throws Exception {
    Connection other = client.connection(Lab.VIP4, port, c -> pool.owner(c).equals(backend));
    client.openHalf(other, FIRST_NUMBER).close();
  }
}
