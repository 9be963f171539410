package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.IpAddress;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One director, one config, real traffic of all kinds. */
@Timeout(300)
final class DirectorNetnsTest {
  private static final String WEB = "web";
  private static final String DATAGRAMS = "datagrams";
  private static final int FLOWS = 240;
  private static final int BYTES = 32 << 20;
  private static final int FRAGMENTED = 3000; // bytes: three fragments

  /** What ordinary neighbours send beside the traffic of VIPs. */
  private static final Set<Verdict> NEIGHBOURS = EnumSet.of(Verdict.PASS_NOT_IP, Verdict.PASS_ICMP);

  @TempDir static Path folder;
  private static Lab lab;
  private static Lbd lbd;
  private static FlowModel model;
  private static Flows flows;

  @BeforeAll
  static void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    flows = new Flows(lab);
    lbd = lab.own(new Lbd(lab, folder));
    String toml =
        lbd.head()
            + TableText.table(WEB)
                .bind("tcp", WebClient.HTTP)
                .bind("tcp", BackendServers.ECHO)
                .bind("tcp", BackendServers.DIGEST)
                .backends(TableText.ALL)
            + TableText.table(DATAGRAMS)
                .bind("udp", WebClient.DATAGRAM_PORTS)
                .backends(TableText.ALL);
    model = FlowModel.of(toml);
    lbd.start(toml);
  }

  @AfterAll
  static void remove() {
    if (lab != null) {
      lab.close();
    }
  }

  /** Both clients, both families, in turn. */
  @Test
  void shouldSendEveryConnectionToTheBackendThatTheModelSays() throws Exception {
    Set<String> answered = new HashSet<>();
    for (int i = 0; i < FLOWS; i++) {
      Connection connection = flows.next(WebClient.HTTP);
      String expected = lab.backend(model.primary(WEB, connection.flow())).name();
      assertEquals(expected, WebClient.askWho(connection), connection.toString());
      answered.add(expected);
    }
    assertEquals(Set.of("backend1", "backend2", "backend3"), answered);
  }

  @Test
  void shouldSendEveryDatagramToTheBackendThatTheModelSays() throws Exception {
    Set<String> answered = new HashSet<>();
    for (int i = 0; i < FLOWS; i++) {
      Connection connection = flows.next(7000 + i % 10);
      String expected = lab.backend(model.primary(DATAGRAMS, connection.flow())).name();
      assertEquals(expected, WebClient.askWhoByDatagram(connection), connection.toString());
      answered.add(expected);
    }
    assertEquals(Set.of("backend1", "backend2", "backend3"), answered);
  }

  @ParameterizedTest
  @CsvSource({
    "client1, 203.0.113.10",
    "client1, 2001:db8:113::10",
    "client2, 203.0.113.10",
    "client2, 2001:db8:113::10"
  })
  void shouldAnswerPing(String client, String vip) throws Exception {
    Counters before = lbd.counters();
    String output = lab.exec(client, "ping", "-c", "5", "-i", "0.05", "-W", "5", vip);
    assertTrue(output.contains(" 5 received"), output);
    assertEquals(5, lbd.counters().since(before).get(Verdict.TX_FORWARDED));
  }

  /** Ports enter the hash, so that the director must remember them. */
  @Test
  void shouldSendFragmentsToTheBackendThatTheModelSays() throws Exception {
    for (int i = 0; i < 40; i++) {
      Connection connection = flows.next(7000 + i % 10);
      String expected = lab.backend(model.primary(DATAGRAMS, connection.flow())).name();
      assertEquals(
          expected, WebClient.askWhoByDatagram(connection, FRAGMENTED), connection.toString());
    }
  }

  @Test
  void shouldAnswerPingInFragments() throws Exception {
    Counters before = lbd.counters();
    String output = pingInFragments(Lab.VIP4);
    assertTrue(output.contains(" 5 received"), output);
    assertEquals(5 * 3, lbd.counters().since(before).get(Verdict.TX_FORWARDED));
  }

  /**
   * Backends may send longer packets than clients get, and routers do not cut those of IPv6. The
   * error about the first answer's first fragment gets to the backend; that about its second tells
   * no flow.
   */
  @Test
  void shouldTellTheBackendThatItsEchoRepliesAreTooBig() throws Exception {
    Counters before = lbd.counters();
    String output = pingInFragments(Lab.VIP6);
    assertTrue(output.contains(" 4 received"), output);
    assertEquals(5 * 3 + 1, lbd.counters().since(before).get(Verdict.TX_FORWARDED), output);
  }

  private static String pingInFragments(IpAddress vip) {
    String size = Integer.toString(FRAGMENTED);
    String[] ping = {"ping", "-c", "5", "-i", "0.05", "-W", "1", "-s", size, vip.toString()};
    return lab.exec("client2", ping); // succeeds as long as any answer comes
  }

  /** Full-size packets both ways: outer headers must fit, checksums must hold. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void shouldCarryMuchDataBothWaysIntact(int turn) throws Exception {
    Connection connection = flows.take(4, BackendServers.ECHO, c -> true).get(turn);
    long seed = System.nanoTime();
    byte[] data = new byte[BYTES];
    new Random(seed).nextBytes(data);
    try (Socket socket = connection.connect()) {
      OutputStream out = socket.getOutputStream();
      Background sender =
          Background.once(
              "upload",
              () -> {
                out.write(data);
                socket.shutdownOutput();
              });
      byte[] back = readAll(socket.getInputStream());
      sender.finish();
      assertArrayEquals(sha256(data), sha256(back), "SHA-256, seed " + seed);
    }
  }

  private static byte[] readAll(InputStream in) throws Exception {
    return in.readNBytes(BYTES + 1);
  }

  private static byte[] sha256(byte[] bytes) {
    return Bytes.sha256().digest(bytes);
  }

  /**
   * Every packet that comes in on the director's interface has one verdict. A reply of a backend
   * that came by here would be for a client, whom no bind matches, and be counted so; hence none
   * did, as long as all packets are those of binds and of neighbours.
   */
  @Test
  void shouldLetRepliesPassByTheDirector() throws Exception {
    Reading start = Reading.take();
    for (Connection connection : flows.take(40, WebClient.HTTP, c -> true)) {
      WebClient.askWho(connection);
    }
    download();
    Reading end = Reading.take();

    Counters before = start.counters;
    Counters after = end.counters;
    Map<Verdict, Long> counted = after.since(before);
    long forwarded = counted.remove(Verdict.TX_FORWARDED);
    counted.keySet().removeAll(NEIGHBOURS);
    assertEquals(Map.of(), counted, "verdicts of packets that are not for a VIP");
    assertEquals(
        forwarded,
        after.ofBinds("tcp", WebClient.HTTP) - before.ofBinds("tcp", WebClient.HTTP),
        "packets forwarded, and packets from clients to the bind");
    assertEquals(
        after.total() - before.total(),
        end.received - start.received,
        "packets counted, packets received");
  }

  /** 64 MiB from a web server; its acknowledgements alone go by way of the director. */
  private static void download() {
    String url = "http://" + Lab.VIP4 + "/download/64M";
    String size =
        lab.exec(
            "client1",
            "curl",
            "-sS",
            "--max-time",
            "60",
            "-o",
            "/dev/null",
            "-w",
            "%{size_download}",
            url);
    assertEquals("67108864", size);
  }

  /** What the program counted, and what the interface did, at the same moment. */
  private record Reading(Counters counters, long received) {
    static Reading take() throws Exception {
      while (true) {
        long before = receivedNow();
        Counters counters = lbd.counters();
        if (before == receivedNow()) {
          return new Reading(counters, before);
        }
      }
    }

    private static long receivedNow() {
      return InterfaceCounters.of(lab, "director", "eth0").receivedPackets();
    }
  }
}
