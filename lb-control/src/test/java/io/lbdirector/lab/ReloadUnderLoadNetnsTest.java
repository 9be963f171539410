package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.IpAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise of a reload, on real interfaces: it costs no packet and no connection of a flow whose
 * row stays as it is, however many other rows move, tables come and go, and generations pass.
 *
 * <p>Every reload of the test moves thousands of rows: backend3 is taken out, put in, set to drain.
 * Rendezvous hashing leaves alone the rows that backend3 does not lead, so the traffic of the test
 * uses source ports whose primary is backend1 or backend2 in every variant of the config; for
 * datagrams the whole row is the same.
 *
 * <p>Not promised here: a connection to backend3 whose row moves, for backend3 is also taken out of
 * the hops; {@link SecondChanceNetnsTest} has those that stay in them. A datagram has no connection
 * to lose, but it too goes to another backend then.
 */
@Timeout(600)
final class ReloadUnderLoadNetnsTest {
  private static final int RELOADS = 200;
  private static final int RELOADS_BETWEEN_LOOKS = 10;
  private static final long DATAGRAMS = 400_000;
  private static final int ECHO_CONNECTIONS = 50;
  private static final int STREAMS = 6;
  private static final long SEED = 1; // of the bytes uploaded
  private static final String WEB = "web";
  private static final String DATAGRAM = "datagram";

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;
  private List<Variant> variants;
  private Flows flows;

  /** A config, and what it asks for. */
  private record Variant(String toml, FlowModel model) {}

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    flows = new Flows(lab);
    lbd = lab.own(new Lbd(lab, folder));
    variants =
        List.of(
            variant(2, "active", ""),
            variant(2, "inactive", extraTable()),
            variant(3, "active", ""),
            variant(2, "draining", extraTable()));
    lbd.start(variants.get(0).toml);
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  @Test
  void shouldLoseNoPacketAndBreakNoConnection() throws Exception {
    DropCounters dropsBefore = DropCounters.read(lab);
    Counters before = lbd.counters();
    try (EchoLoad echoes = startEchoes();
        Upload upload = Upload.start(flows.next(BackendServers.DIGEST, this::stays), SEED);
        DatagramStream stream = startDatagrams();
        Background fresh = Background.start("fresh connections", this::askOnFreshConnection)) {
      reload(
          () -> {
            echoes.awaitMessages(1);
            upload.awaitChunks(1);
            fresh.awaitRounds(1);
            stream.awaitSent(1);
          });
      stream.awaitSent(Math.max(0, DATAGRAMS - stream.sent()));

      stream.finish();
      fresh.finish();
      upload.finish();
      echoes.finish();
      assertNothingLost(stream, before, dropsBefore);
    }
  }

  /** Now and then, all traffic has to show that it lives. */
  private void reload(Background.Step traffic) throws Exception {
    long generation = lbd.generation();
    for (int i = 1; i <= RELOADS; i++) {
      JsonObject report = lbd.reload(variants.get(i % variants.size()).toml);
      assertTrue(report.get("changed").getAsBoolean(), "reload " + i + ": " + report);
      assertTrue(report.get("rows_moved").getAsLong() > 0, "reload " + i + ": " + report);
      assertEquals(generation + i, report.get("generation").getAsLong());
      if (i % RELOADS_BETWEEN_LOOKS == 0) {
        traffic.run();
      }
    }
    FlowModel last = variants.get(RELOADS % variants.size()).model;
    assertEquals(last.digest(WEB), lbd.digest(WEB));
    assertEquals(last.digest(DATAGRAM), lbd.digest(DATAGRAM));
  }

  private void assertNothingLost(DatagramStream stream, Counters before, DropCounters dropsBefore)
      throws Exception {
    Counters after = lbd.counters();
    Map<String, Long> dropped = DropCounters.read(lab).since(dropsBefore);
    Map<Verdict, Long> verdicts = after.since(before);
    verdicts.keySet().removeIf(Verdict::isNormal);
    assertEquals(Map.of(), verdicts, "verdicts that are not normal");
    assertEquals(
        stream.sent(),
        after.ofBinds("udp", DatagramStream.PORT) - before.ofBinds("udp", DatagramStream.PORT),
        "datagrams forwarded of those sent; dropped in the lab: " + dropped);
    assertEquals(0, stream.missing(), "datagrams lost; dropped in the lab: " + dropped);
    stream.requireArrivedOnceAndAt(c -> lab.backend(hops(variants.get(0), c).get(0)));
    dropped.keySet().removeIf(counter -> !counter.startsWith("director "));
    assertEquals(Map.of(), dropped, "dropped at the director's interface");
  }

  private EchoLoad startEchoes() throws Exception {
    return EchoLoad.start(flows.take(ECHO_CONNECTIONS, BackendServers.ECHO, this::stays));
  }

  private DatagramStream startDatagrams() throws Exception {
    return DatagramStream.start(lab, flows.take(STREAMS, DatagramStream.PORT, this::wholeRowStays));
  }

  private void askOnFreshConnection() throws Exception {
    Connection connection = flows.next(WebClient.HTTP, this::stays);
    IpAddress backend = variants.get(0).model.primary(WEB, connection.flow());
    assertEquals(lab.backend(backend).name(), WebClient.askWho(connection));
  }

  private Variant variant(int hops, String stateOfBackend3, String more) throws Exception {
    String toml =
        lbd.head()
            + pool(TableText.table(WEB).hops(hops), stateOfBackend3)
                .bind("tcp", WebClient.HTTP)
                .bind("tcp", BackendServers.ECHO)
                .bind("tcp", BackendServers.DIGEST)
            + pool(TableText.table(DATAGRAM), stateOfBackend3).bind("udp", DatagramStream.PORT)
            + more;
    return new Variant(toml, FlowModel.of(toml));
  }

  private static TableText pool(TableText table, String stateOfBackend3) {
    return table
        .backends(List.of(TableText.BACKEND1, TableText.BACKEND2))
        .backend(TableText.BACKEND3, stateOfBackend3);
  }

  private static String extraTable() {
    return TableText.table("extra").bind("tcp", 8000).backends(TableText.ALL).toString();
  }

  private boolean stays(Connection connection) {
    Set<IpAddress> primaries = new HashSet<>();
    variants.forEach(v -> primaries.add(v.model.primary(WEB, connection.flow())));
    return primaries.size() == 1;
  }

  private boolean wholeRowStays(Connection connection) {
    Set<List<IpAddress>> rows = new HashSet<>();
    variants.forEach(v -> rows.add(hops(v, connection)));
    return rows.size() == 1;
  }

  private static List<IpAddress> hops(Variant variant, Connection connection) {
    return variant.model.hops(DATAGRAM, connection.flow());
  }
}
