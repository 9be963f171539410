package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.RawFrameSocket;
import io.lbdirector.packet.Frame;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SYNs from everywhere, at a VIP with live connections: a director keeps nothing of any flow. */
@Timeout(300)
final class FloodNetnsTest {
  private static final int SYNS = 200_000;
  private static final int CONNECTIONS = 100;
  private static final int MESSAGES = 5;
  private static final long MOST_MORE_BYTES = 64L << 20;

  @TempDir Path folder;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private Lab lab;
  private Lbd lbd;

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    lbd = lab.own(new Lbd(lab, folder));
    lbd.start(
        lbd.head()
            + TableText.table("web").bind("tcp", BackendServers.ECHO).backends(TableText.ALL));
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  @Test
  void shouldBreakNoConnectionAndKeepNothing() throws Exception {
    Flows flows = new Flows(lab);
    try (EchoLoad echoes = EchoLoad.start(flows.take(CONNECTIONS, BackendServers.ECHO, c -> true));
        RawFrameSocket socket =
            lab.client1().namespace().call(() -> RawFrameSocket.open(Interfaces.index("eth0")))) {
      echoes.awaitMessages(MESSAGES);
      Footprint before = Footprint.of(lbd);
      Map<Verdict, Long> counted = flood(socket);
      echoes.awaitMessages(MESSAGES);
      try (EchoLoad more = EchoLoad.start(flows.take(4, BackendServers.ECHO, c -> true))) {
        more.awaitMessages(MESSAGES);
        more.finish();
      }
      echoes.finish();
      Footprint after = Footprint.of(lbd);
      assertTrue(counted.get(Verdict.TX_FORWARDED) >= SYNS / 2, counted + ", seed " + seed);
      counted.keySet().removeIf(Verdict::isNormal);
      assertEquals(Map.of(), counted, "verdicts that are not normal, seed " + seed);
      assertEquals(before.pins(), after.pins());
      assertTrue(
          after.residentBytes() - before.residentBytes() < MOST_MORE_BYTES, after.toString());
    }
  }

  /** Frames that find a full queue on the way are lost there: half must come through. */
  private Map<Verdict, Long> flood(RawFrameSocket socket) throws Exception {
    byte[] own = HandMadeClient.mac(lab, "client1", "eth0").toBytes();
    byte[] routers = HandMadeClient.mac(lab, "router", "client1").toBytes();
    Counters before = lbd.counters();
    for (int i = 0; i < SYNS; i++) {
      byte[] frame =
          Frame.tcpSyn(anyone(), 1024 + random.nextInt(60_000), Lab.VIP4, BackendServers.ECHO)
              .toBytes();
      ByteBuffer.wrap(frame).put(routers).put(own);
      socket.send(frame);
    }
    return lbd.counters().since(before);
  }

  private IpAddress anyone() {
    int address = 100 << 24 | 64 << 16 | random.nextInt(1 << 22);
    return IpAddress.of(ByteBuffer.allocate(4).putInt(address).array());
  }
}
