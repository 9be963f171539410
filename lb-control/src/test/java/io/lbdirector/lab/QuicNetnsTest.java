package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.lab.QuicServers.Answer;
import io.lbdirector.packet.QuicFrames;
import java.net.DatagramPacket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients over real interfaces whose connection ids their servers have given them: wherever a
 * client turns up, whatever becomes of the rows, its server has it. Without such an id the hash
 * decides, as for any UDP.
 */
@Timeout(300)
final class QuicNetnsTest {
  private static final String TABLE = "quic";
  private static final int TIMEOUT_MS = 20_000;
  private static final int NOBODY = 0x7777;
  private static final int CONNECTIONS = 12;
  private static final int CHANGES = 24;

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;
  private Flows flows;
  private String config;
  private FlowModel model;
  private int moves; // of the client that moves

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving();
    QuicServers.start(lab);
    flows = new Flows(lab);
    lbd = lab.own(new Lbd(lab, folder));
    config = config(2, "active");
    model = FlowModel.of(config);
    lbd.start(config);
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  private String config(int hops, String stateOfBackend2) {
    TableText table = TableText.table(TABLE).hops(hops).bindQuic(QuicServers.PORT);
    for (Lab.Host backend : lab.backends()) {
      String state = backend.name().equals("backend2") ? stateOfBackend2 : "active";
      table.backend(backend.ipv4().toString(), state).quicId(QuicServers.idOf(backend));
    }
    return lbd.head() + table;
  }

  /** A connection, and the id that its server has given it. */
  private record Held(Connection begun, Answer answer) {}

  private static Answer ask(Connection from, byte[] packet) throws Exception {
    try (DatagramChannel channel = from.open()) {
      channel.socket().setSoTimeout(TIMEOUT_MS);
      channel.write(ByteBuffer.wrap(packet));
      DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
      channel.socket().receive(answer);
      return Answer.decode(answer.getData(), answer.getLength());
    }
  }

  /** The first flight: the client has made its id up. */
  private Held begin(Connection from) throws Exception {
    byte[] first = QuicFrames.longHeader(QuicFrames.VERSION_1, QuicFrames.id(NOBODY));
    return new Held(from, ask(from, first));
  }

  private List<Held> beginAll() throws Exception {
    List<Held> held = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      held.add(begin(flows.next(QuicServers.PORT)));
    }
    return held;
  }

  private static Answer goOn(Held held, Connection from) throws Exception {
    return ask(from, QuicFrames.shortHeader(held.answer.id(), 100));
  }

  /** Another port, and maybe another client, from where the hash leads to another backend. */
  private Connection elsewhere(Held held) {
    return flows.next(
        QuicServers.PORT,
        c ->
            c.vip().equals(held.begun.vip())
                && !c.client().equals(held.begun.client())
                && !byHash(c).equals(held.answer.backend()));
  }

  private String byHash(Connection from) {
    return lab.backend(model.primary(TABLE, from.flow())).name();
  }

  private void assertStays(List<Held> all) throws Exception {
    for (Held held : all) {
      Connection from = elsewhere(held);
      assertEquals(held.answer.backend(), goOn(held, from).backend(), from.toString());
    }
  }

  private static List<Held> of(List<Held> all, String backend) {
    List<Held> its = all.stream().filter(h -> h.answer.backend().equals(backend)).toList();
    assertTrue(!its.isEmpty(), "no connection to " + backend);
    return its;
  }

  @Test
  void shouldKeepAClientThatMovesAndSendOthersByTheHash() throws Exception {
    List<Held> all = beginAll();
    for (Held held : all) {
      assertEquals(byHash(held.begun), held.answer.backend(), "the first flight goes by the hash");
      assertEquals(held.answer.backend(), goOn(held, held.begun).backend());
      byte[] long_ = QuicFrames.longHeader(QuicFrames.VERSION_1, held.answer.id());
      assertEquals(held.answer.backend(), ask(elsewhere(held), long_).backend());
      Connection from = elsewhere(held);
      byte[] unknown = QuicFrames.shortHeader(QuicFrames.id(NOBODY), 100);
      assertEquals(byHash(from), ask(from, unknown).backend(), from.toString());
    }
    assertStays(all);
  }

  @Test
  void shouldKeepAClientThatMovesThroughReloadsDrainsAndARestart() throws Exception {
    List<Held> all = beginAll();
    Held drained = of(all, "backend2").get(0);
    Counters before = lbd.counters();
    try (Background moving = Background.start("a client that moves", () -> move(drained))) {
      long generation = lbd.generation();
      for (int i = 1; i <= CHANGES; i++) {
        String state = i % 2 == 0 ? "active" : "draining";
        assertTrue(lbd.reload(config(2 + i % 3, state)).get("changed").getAsBoolean());
        moving.awaitRounds(3);
      }
      assertEquals(generation + CHANGES, lbd.generation());
      IpAddress address = lab.host("backend2").ipv4();
      lbd.setState(TABLE, address, "draining");
      assertStays(all);
      for (Held fresh : beginAll()) {
        assertNotEquals("backend2", fresh.answer.backend(), "a new connection");
      }
      lbd.kill();
      moving.awaitRounds(3);
      lbd.start();
      moving.awaitRounds(3);
      moving.finish();
      assertStays(all);
      lbd.setState(TABLE, address, "inactive");
      for (Held held : of(all, "backend2")) {
        assertNotEquals("backend2", goOn(held, held.begun).backend());
      }
    }
    Map<Verdict, Long> verdicts = lbd.counters().since(before);
    verdicts.keySet().removeIf(Verdict::isNormal);
    assertEquals(Map.of(), verdicts);
  }

  /** One packet from somewhere new. */
  private void move(Held held) throws Exception {
    int port = 40_000 + moves++ % 20_000;
    Lab.Host client = port % 2 == 0 ? lab.client1() : lab.client2();
    Connection from = new Connection(client, port, held.begun.vip(), QuicServers.PORT);
    assertEquals(held.answer.backend(), goOn(held, from).backend(), from.toString());
  }
}
