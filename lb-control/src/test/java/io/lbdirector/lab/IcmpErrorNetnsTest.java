package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lbdirector.abi.Outcome;
import io.lbdirector.forwarding.IpAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The way to a client is narrower than both ends know. The router says so to the VIP, and the
 * backend that holds the connection has to hear of it, though it drains and is not the first hop:
 * else the connection stands still for good.
 */
@Timeout(300)
final class IcmpErrorNetnsTest {
  private static final int MTU = 1400;
  private static final int ENOUGH_BYTES = 1 << 20; // many packets, of any size
  private static final String ERRORS4 = "IcmpInDestUnreachs"; // in nstat(8)
  private static final String ERRORS6 = "Icmp6InPktTooBigs";

  @TempDir Path folder;
  private Lab lab;
  private Pool pool;
  private Flows flows;

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    flows = new Flows(lab);
    pool = Pool.start(lab, lab.own(new Lbd(lab, folder)), 2, lab.backends());
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  @Test
  void shouldReachTheOwnerOfAnIpv4Connection() throws Exception {
    assertOwnerLearns(Lab.VIP4, ERRORS4, false);
  }

  @Test
  void shouldReachTheOwnerByEightBytesOfTcp() throws Exception {
    assertOwnerLearns(Lab.VIP4, ERRORS4, true);
  }

  @Test
  void shouldReachTheOwnerOfAnIpv6Connection() throws Exception {
    assertOwnerLearns(Lab.VIP6, ERRORS6, false);
  }

  /**
   * All that the backend sends is too long. While the error is on its way the client is mute, so
   * that the backends' programs have nothing else to count; what the backend sends from then on
   * arrives.
   */
  private void assertOwnerLearns(IpAddress vip, String counter, boolean cut) throws Exception {
    Connection connection = flows.next(BackendServers.ENDLESS, c -> c.vip().equals(vip));
    Lab.Host owner = pool.primary(connection);
    TooBigErrors errors = lab.own(new TooBigErrors(lab, connection, owner));
    narrowTheWay(connection);
    Socket socket = lab.own(connection.connect());
    pool.drain(owner);
    List<Lab.Host> row = pool.hops(connection);
    byte[] error = cut ? errors.awaitAndCut(MTU) : errors.await(MTU);

    assertEquals(0, socket.getInputStream().available());
    routeToVip(connection, "add");
    Map<Lab.Host, Outcomes> before = Outcomes.all(lab);
    errors.send(error);
    Await.until(owner + " learns the MTU", () -> learned(owner, connection) == MTU);
    assertEquals(
        Map.of(row.get(0), Map.of(Outcome.FORWARDED, 1L), owner, Map.of(Outcome.KNOWN, 1L)),
        Outcomes.since(before));
    assertEquals(ofAll(b -> b == owner ? MTU : 0), ofAll(b -> learned(b, connection)));
    assertEquals(ofAll(b -> b == owner ? 1 : 0), ofAll(b -> Nstat.of(lab, b, counter)));

    routeToVip(connection, "delete");
    assertEquals(ENOUGH_BYTES, socket.getInputStream().readNBytes(ENOUGH_BYTES).length);
  }

  private void narrowTheWay(Connection connection) {
    ip(
        "router",
        "route replace " + client(connection) + " dev " + connection.client(),
        "mtu lock " + MTU);
  }

  /** Adds or deletes a route of the client on which packets to the VIP vanish. */
  private void routeToVip(Connection connection, String change) {
    ip(connection.client().name(), "route " + change + " blackhole", connection.vip().toString());
  }

  private static IpAddress client(Connection connection) {
    return connection.client().addressTowards(connection.vip());
  }

  private Map<Lab.Host, Long> ofAll(ToLongFunction<Lab.Host> number) {
    Map<Lab.Host, Long> all = new LinkedHashMap<>();
    lab.backends().forEach(backend -> all.put(backend, number.applyAsLong(backend)));
    return all;
  }

  /** The MTU that a backend has learned of the way back to the client; 0 if none. */
  private long learned(Lab.Host backend, Connection connection) {
    String route =
        ip(backend.name(), "-json route get " + client(connection), "from " + connection.vip());
    JsonObject found = JsonParser.parseString(route).getAsJsonArray().get(0).getAsJsonObject();
    return found.has("metrics")
        ? found.getAsJsonArray("metrics").get(0).getAsJsonObject().get("mtu").getAsLong()
        : 0;
  }

  private String ip(String host, String... arguments) {
    return lab.exec(host, ("ip " + String.join(" ", arguments)).split(" "));
  }
}
