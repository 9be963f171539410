package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.IpAddress;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways that are narrower in the middle than at their ends, to clients and to backends. */
@Timeout(300)
final class PathMtuNetnsTest {
  private static final int TO_CLIENT = 1300;
  private static final int TO_BACKEND = 1450;
  private static final int MEGABYTE = 1 << 20;

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;
  private Flows flows;

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    flows = new Flows(lab);
    lbd = lab.own(new Lbd(lab, folder));
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  /** It is under way when the way becomes narrow, and when the backend is drained. */
  @ParameterizedTest(name = "{0}, drained {1}")
  @CsvSource({
    "203.0.113.10,false",
    "203.0.113.10,true",
    "2001:db8:113::10,false",
    "2001:db8:113::10,true"
  })
  void shouldFinishADownload(String address, boolean drained) throws Exception {
    Pool pool = Pool.start(lab, lbd, 2, lab.backends());
    IpAddress vip = IpAddress.parse(address);
    Connection connection = flows.next(BackendServers.ENDLESS, c -> c.vip().equals(vip));
    Lab.Host owner = pool.primary(connection);
    InputStream download = lab.own(connection.connect()).getInputStream();
    assertEquals(MEGABYTE, download.readNBytes(MEGABYTE).length);
    if (drained) {
      pool.drain(owner);
      assertNotEquals(owner, pool.primary(connection));
    }
    String counter = vip.isV4() ? "IcmpInDestUnreachs" : "Icmp6InPktTooBigs";
    assertEquals(0, Nstat.of(lab, owner, counter));
    ip(
        "router route replace %s dev %s mtu lock %d",
        connection.client().addressTowards(vip), connection.client(), TO_CLIENT);
    assertEquals(8 * MEGABYTE, download.readNBytes(8 * MEGABYTE).length);
    assertTrue(Nstat.of(lab, owner, counter) > 0, "no error came to " + owner);
  }

  /** The director can do nothing about it, so it says so. */
  @ParameterizedTest
  @ValueSource(strings = {"203.0.113.10", "2001:db8:113::10"})
  void shouldSayThatTheWayToABackendIsTooNarrow(String vip) throws Exception {
    lbd.start(
        lbd.head() + TableText.table("web").bind("tcp", 80).backends(List.of(TableText.BACKEND1)));
    ip("router route replace 10.0.1.11 dev backend1 mtu lock %d", TO_BACKEND);
    String ping =
        lab.exec("client1", "sh", "-c", "ping -c 3 -i 0.2 -W 1 -s 1420 " + vip + "; true");
    assertTrue(ping.contains("3 packets transmitted, 0 received"), ping);
    assertEquals(3, lbd.counters().of(Verdict.PASS_NARROW));
    String line = "way to a backend is narrower than mtu";
    Await.until("lbd says so", () -> !lbd.logLines(line).isEmpty());
    String said = lbd.logLines(line).get(0);
    assertTrue(said.endsWith("backend=10.0.1.11 mtu=1450 packets=3"), said);

    lbd.reload(
        lbd.head("mtu = " + TO_BACKEND)
            + TableText.table("web").bind("tcp", 80).backends(List.of(TableText.BACKEND1)));
    lab.exec("client1", "sh", "-c", "ping -c 1 -W 1 -s 1420 " + vip + "; true");
    assertEquals(1, lbd.counters().of(Verdict.TX_TOO_BIG));
    assertEquals(3, lbd.counters().of(Verdict.PASS_NARROW));
  }

  private void ip(String format, Object... values) {
    String[] words = format.formatted(values).split(" ", 2);
    lab.exec(words[0], ("ip " + words[1]).split(" "));
  }
}
