package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Verdict;
import io.lbdirector.os.IpipEnd;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tables with {@code encapsulation = "ipip"}, over either underlay, to backends without a program
 * of ours: {@link IpipEnd} stands in for the tunnel devices of their kernel.
 */
@Timeout(300)
final class IpipNetnsTest {
  private static final String WEB = "web";
  private static final int FLOWS = 80;
  private static final int BYTES = 8 << 20;
  private static final int FRAGMENTED = 3000; // bytes: three fragments

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;
  private Flows flows;
  private final List<IpipEnd> ends = new ArrayList<>();

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.withoutPrograms();
    BackendServers.start(lab);
    flows = new Flows(lab);
    lbd = lab.own(new Lbd(lab, folder));
    for (Lab.Host backend : lab.backends()) {
      ends.add(lab.own(IpipEnd.open(backend.namespace(), "end0")));
      lab.exec(backend.name(), "ip", "link", "set", "end0", "up");
    }
  }

  @AfterEach
  void remove() {
    if (lab != null) {
      lab.close();
    }
  }

  private FlowModel serve(boolean over6) throws Exception {
    TableText table =
        TableText.table(WEB)
            .ipip()
            .bind("tcp", WebClient.HTTP)
            .bind("tcp", BackendServers.DIGEST)
            .bind("udp", WebClient.DATAGRAM_PORTS);
    for (Lab.Host backend : lab.backends()) {
      table.backend((over6 ? backend.ipv6() : backend.ipv4()).toString(), "active");
    }
    String toml = lbd.head("source_ip6 = \"2001:db8::2\"") + table;
    lbd.start(toml);
    return FlowModel.of(toml);
  }

  private long taken() {
    return ends.stream().mapToLong(IpipEnd::packets).sum();
  }

  private String primary(FlowModel model, Connection connection) {
    return lab.backend(model.primary(WEB, connection.flow())).name();
  }

  @ParameterizedTest(name = "over IPv6: {0}")
  @ValueSource(booleans = {false, true})
  void shouldServeBothFamiliesByTheTunnelsOfKernels(boolean over6) throws Exception {
    FlowModel model = serve(over6);
    Set<String> answered = new HashSet<>();
    for (int i = 0; i < FLOWS; i++) {
      Connection connection = flows.next(WebClient.HTTP);
      assertEquals(primary(model, connection), WebClient.askWho(connection), connection.toString());
      answered.add(primary(model, connection));
    }
    assertEquals(Set.of("backend1", "backend2", "backend3"), answered);
    for (int i = 0; i < FLOWS; i++) {
      Connection connection = flows.next(7000 + i % 10);
      assertEquals(
          primary(model, connection),
          WebClient.askWhoByDatagram(connection, i % 2 == 0 ? 1 : FRAGMENTED),
          connection.toString());
    }
    for (Connection connection : flows.take(4, BackendServers.DIGEST, c -> true)) {
      upload(connection);
    }
    for (String vip : List.of(Lab.VIP4.toString(), Lab.VIP6.toString())) {
      String output = lab.exec("client1", "ping", "-c", "3", "-i", "0.05", "-W", "5", vip);
      assertTrue(output.contains(" 3 received"), output);
    }
    long forwarded = lbd.counters().of(Verdict.TX_FORWARDED);
    Await.until("all that was forwarded is taken", () -> taken() == forwarded);
  }

  /** Full-size packets on the way to the backend: the outer header fits, and nothing is hurt. */
  private static void upload(Connection connection) throws Exception {
    long seed = System.nanoTime();
    byte[] data = new byte[BYTES];
    new Random(seed).nextBytes(data);
    try (Socket socket = connection.connect()) {
      socket.getOutputStream().write(data);
      socket.shutdownOutput();
      String digest = new String(socket.getInputStream().readAllBytes());
      assertEquals(HexFormat.of().formatHex(Bytes.sha256().digest(data)), digest, "seed " + seed);
    }
  }
}
