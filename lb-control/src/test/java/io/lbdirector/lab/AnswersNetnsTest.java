package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.IpAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the director answers by itself, to real clients. */
@Timeout(300)
final class AnswersNetnsTest {
  private static final int CHUNKS = 30;
  private static final int PINGS = 5;
  private static final List<IpAddress> VIPS = List.of(Lab.VIP4, Lab.VIP6);

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

  private void serve(String... director) throws Exception {
    TableText table = TableText.table("web").bind("tcp", BackendServers.DIGEST);
    lbd.start(lbd.head(director) + table.backends(TableText.ALL));
  }

  /** The clients send packets of 1,500 bytes, and no larger fit out of the director. */
  @Test
  void shouldHaveUploadsFinishOverAnInterfaceWithoutRoom() throws Exception {
    serve();
    lab.exec("director", "ip", "link", "set", "dev", "eth0", "mtu", "1500");
    Await.until("the director knows", () -> interfaceMtu() == 1500);
    assertUploadsFinish();
  }

  @Test
  void shouldHaveUploadsFinishOverAWayThatIsNarrowerThanTheInterface() throws Exception {
    serve("mtu = 1500");
    assertEquals(1600, interfaceMtu());
    assertUploadsFinish();
  }

  private int interfaceMtu() throws Exception {
    return lbd.status().getAsJsonArray("interfaces").get(0).getAsJsonObject().get("mtu").getAsInt();
  }

  private void assertUploadsFinish() throws Exception {
    for (IpAddress vip : VIPS) {
      long before = lbd.counters().of(Verdict.TX_TOO_BIG);
      Connection connection = flows.next(BackendServers.DIGEST, c -> c.vip().equals(vip));
      try (Upload upload = Upload.start(connection, 1)) {
        upload.awaitChunks(CHUNKS);
        upload.finish();
      }
      assertTrue(lbd.counters().of(Verdict.TX_TOO_BIG) > before, "nothing was too big for " + vip);
    }
    assertEquals(0, lbd.counters().of(Verdict.DROP_TOO_BIG));
  }

  @Test
  void shouldAnswerPings() throws Exception {
    serve("icmp_echo = \"reply\"");
    for (IpAddress vip : VIPS) {
      long before = lbd.counters().of(Verdict.TX_ECHO);
      String output =
          lab.exec(
              "client1",
              "ping",
              "-c",
              Integer.toString(PINGS),
              "-i",
              "0.05",
              "-s",
              "1000",
              "-W",
              "5",
              vip.toString());
      assertTrue(output.contains(" 0% packet loss"), output);
      assertEquals(before + PINGS, lbd.counters().of(Verdict.TX_ECHO));
    }
    for (Lab.Host backend : lab.backends()) {
      assertEquals(0, Nstat.of(lab, backend, "IcmpInEchos"), backend.name());
      assertEquals(0, Nstat.of(lab, backend, "Icmp6InEchos"), backend.name());
    }
  }
}
