package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import io.lbdirector.abi.Outcome;
import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.RawFrameSocket;
import io.lbdirector.packet.Frame;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rows of three and four hops on real interfaces: packets pass the hops that do not know them, and
 * each hop counts each of them once, up to the owner or to the end of the chain.
 */
@Timeout(300)
final class ChainNetnsTest {
  /** Packets of earlier connections that may come late, retransmitted. */
  private static final int STRAGGLERS = 5;

  private static final int BACKENDS = 5;
  private static final int MESSAGES = 20;
  private static final int MESSAGE_BYTES = 64;
  private static final List<IpAddress> VIPS = List.of(Lab.VIP4, Lab.VIP6);
  private static final int ACK = 16; // TCP flags
  private static final int RST = 4;
  private static final int ACKNOWLEDGED = 0x05060708; // by Frame.tcp

  private static Lab lab;
  private static Flows flows;

  @TempDir Path folder;
  private Lbd lbd;

  @BeforeAll
  static void lay() throws Exception {
    lab = Lab.serving(BACKENDS);
    BackendServers.start(lab);
    flows = new Flows(lab);
  }

  @AfterAll
  static void remove() {
    lab.close();
  }

  @BeforeEach
  void open() {
    lbd = new Lbd(lab, folder);
  }

  @AfterEach
  void close() throws Exception {
    lbd.close();
  }

  /** What was counted at one moment; taken when no packet is on its way. */
  private record Snapshot(long sent, Map<Lab.Host, Outcomes> backends) {}

  /** What was counted since: packets that the director sent, and what became of them. */
  private record Way(long sent, Map<Lab.Host, Map<Outcome, Long>> outcomes) {}

  private Snapshot snapshot() throws Exception {
    return new Snapshot(lbd.counters().of(Verdict.TX_FORWARDED), Outcomes.all(lab));
  }

  private Way since(Snapshot before) throws Exception {
    long sent = lbd.counters().of(Verdict.TX_FORWARDED) - before.sent;
    return new Way(sent, Outcomes.since(before.backends));
  }

  /** All packets of a way: forwarded by every hop of the row but the last. */
  private static Way throughAll(List<Lab.Host> row, Outcome atTheLast, long packets) {
    Map<Lab.Host, Map<Outcome, Long>> outcomes = new LinkedHashMap<>();
    row.forEach(hop -> outcomes.put(hop, Map.of(Outcome.FORWARDED, packets)));
    outcomes.put(row.get(row.size() - 1), Map.of(atTheLast, packets));
    return new Way(packets, outcomes);
  }

  /** At least so many packets went through the whole row, and none anywhere else. */
  private void assertWentThroughAll(
      List<Lab.Host> row, Outcome atTheLast, long packets, Snapshot before) throws Exception {
    Way[] way = new Way[1];
    Await.within(
        Await.LIMIT, // a packet may be on its way, from one counter to the next
        () -> {
          way[0] = since(before);
          return way[0].equals(throughAll(row, atTheLast, way[0].sent)) && way[0].sent >= packets;
        });
    assertEquals(throughAll(row, atTheLast, way[0].sent), way[0]);
    assertTrue(way[0].sent >= packets, way[0].toString());
  }

  @ParameterizedTest(name = "{0} hops")
  @ValueSource(ints = {3, 4})
  void shouldReachTheOwnerAtTheEndOfTheChain(int hops) throws Exception {
    Pool pool = Pool.start(lab, lbd, hops, lab.backends());
    for (IpAddress vip : VIPS) {
      Connection connection = flows.next(BackendServers.ECHO, c -> c.vip().equals(vip));
      List<Lab.Host> row = pool.hops(connection);
      Socket socket = connectToLast(pool, connection, row);
      assertEquals(row, pool.hops(connection));
      Snapshot before = snapshot();
      exchange(socket, MESSAGES);
      assertWentThroughAll(row, Outcome.KNOWN, MESSAGES, before);
      socket.setSoLinger(true, 0); // left open, it would retransmit into what is counted next
      socket.close();
    }
  }

  /** While all other hops of its row drain, the last is primary; then it is the last again. */
  private static Socket connectToLast(Pool pool, Connection connection, List<Lab.Host> row)
      throws Exception {
    List<Lab.Host> others = row.subList(0, row.size() - 1);
    for (Lab.Host other : others) {
      pool.drain(other);
    }
    assertEquals(row.get(row.size() - 1), pool.primary(connection));
    Socket socket = lab.own(connection.connect());
    for (Lab.Host other : others) {
      pool.activate(other);
    }
    return socket;
  }

  private static void exchange(Socket echo, int messages) throws IOException {
    for (int i = 0; i < messages; i++) {
      byte[] message = ByteBuffer.allocate(MESSAGE_BYTES).putInt(i).array();
      echo.getOutputStream().write(message);
      assertArrayEquals(message, echo.getInputStream().readNBytes(MESSAGE_BYTES));
    }
  }

  @ParameterizedTest(name = "{0} hops")
  @ValueSource(ints = {3, 4})
  void shouldResetAConnectionWhoseOwnerHasLeft(int hops) throws Exception {
    Pool pool = Pool.start(lab, lbd, hops, lab.backends());
    for (IpAddress vip : VIPS) {
      Connection connection = flows.next(BackendServers.ECHO, c -> c.vip().equals(vip));
      Lab.Host owner = pool.primary(connection);
      Socket socket = lab.own(connection.connect());
      pool.remove(owner);
      Snapshot before = snapshot();
      assertThrows(SocketException.class, () -> exchange(socket, 1));
      assertWentThroughAll(pool.hops(connection), Outcome.LAST_RESORT, 1, before);
      pool.activate(owner);
    }
  }

  /**
   * An acknowledgement that belongs to nothing: one packet in, one reset out, from the last hop.
   */
  @ParameterizedTest(name = "{0} hops")
  @ValueSource(ints = {3, 4})
  void shouldHaveTheLastHopAnswerWhatNobodyKnows(int hops) throws Exception {
    Pool pool = Pool.start(lab, lbd, hops, lab.backends());
    for (IpAddress vip : VIPS) {
      Way way = sendStrayAck(pool, vip);
      for (int again = 0; way.sent > 1 && again < STRAGGLERS; again++) {
        way = sendStrayAck(pool, vip); // a packet of an earlier connection came in between
      }
      assertEquals(1, way.sent, way.toString());
    }
  }

  /** What became of it, if nothing else was sent meanwhile, is as it should be. */
  private Way sendStrayAck(Pool pool, IpAddress vip) throws Exception {
    Connection connection = flows.next(BackendServers.ECHO, c -> c.vip().equals(vip));
    List<Lab.Host> row = pool.hops(connection);
    Lab.Host last = row.get(row.size() - 1);
    Map<Lab.Host, Long> resets = resetsSent();
    Snapshot before = snapshot();
    try (RawFrameSocket wire = openWire(connection.client())) {
      wire.send(strayAck(connection));
      ByteBuffer reset = awaitReset(wire, connection);
      assertEquals(ACKNOWLEDGED, reset.getInt(4), "sequence number of the reset");
    }
    Way way = since(before);
    if (way.sent == 1) {
      assertEquals(throughAll(row, Outcome.LAST_RESORT, 1), way);
    }
    assertTrue(resetsSent().get(last) > resets.get(last), last + " sent no reset");
    return way;
  }

  private static Map<Lab.Host, Long> resetsSent() {
    Map<Lab.Host, Long> sent = new LinkedHashMap<>();
    lab.backends().forEach(backend -> sent.put(backend, Nstat.of(lab, backend, "TcpOutRsts")));
    return sent;
  }

  private static RawFrameSocket openWire(Lab.Host host) throws Exception {
    return host.namespace().call(() -> RawFrameSocket.open(Interfaces.index("eth0")));
  }

  private static byte[] strayAck(Connection connection) {
    Lab.Host client = connection.client();
    byte[] frame =
        Frame.tcp(
                client.addressTowards(connection.vip()),
                connection.sourcePort(),
                connection.vip(),
                connection.port(),
                ACK,
                new byte[0])
            .toBytes();
    ByteBuffer.wrap(frame)
        .put(mac("router", client.name()).toBytes())
        .put(mac(client.name(), "eth0").toBytes());
    return frame;
  }

  private static MacAddress mac(String host, String device) {
    String link = lab.exec(host, "ip", "-json", "link", "show", "dev", device);
    return MacAddress.tryParse(
            JsonParser.parseString(link)
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject()
                .get("address")
                .getAsString())
        .orElseThrow();
  }

  /** The TCP header of the first reset that comes for a connection. */
  private static ByteBuffer awaitReset(RawFrameSocket wire, Connection connection) {
    int tcp = Frame.ETHERNET_LENGTH + (connection.vip().isV4() ? 20 : 40);
    while (true) {
      byte[] frame =
          wire.receive(Await.LIMIT)
              .orElseThrow(() -> new AssertionError("no reset came for " + connection));
      if (frame.length >= tcp + 20
          && frame[tcp + 13] == RST
          && ByteBuffer.wrap(frame).getShort(tcp + 2) == (short) connection.sourcePort()) {
        return ByteBuffer.wrap(frame, tcp, 20).slice();
      }
    }
  }
}
