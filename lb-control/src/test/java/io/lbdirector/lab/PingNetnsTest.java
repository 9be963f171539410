package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.IpAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What those see who look for a fault: ping and traceroute to a VIP. */
@Timeout(300)
final class PingNetnsTest {
  private static final int PINGS = 4;
  private static final List<IpAddress> VIPS = List.of(Lab.VIP4, Lab.VIP6);

  @TempDir static Path folder;
  private static Lab lab;
  private static Lbd lbd;

  @BeforeAll
  static void lay() throws Exception {
    lab = Lab.serving();
    lbd = lab.own(new Lbd(lab, folder));
    lbd.start(config("forward"));
    lab.exec("director", "ip", "addr", "add", Lab.VIP4 + "/32", "dev", "lo");
    lab.exec("director", "ip", "addr", "add", Lab.VIP6 + "/128", "dev", "lo", "nodad");
  }

  @AfterAll
  static void remove() {
    if (lab != null) {
      lab.close();
    }
  }

  private static String config(String echo) {
    return lbd.head("icmp_echo = \"" + echo + "\"")
        + TableText.table("web").bind("tcp", 80).backends(TableText.ALL);
  }

  /** Who answers is told by who has got requests. */
  @ParameterizedTest
  @CsvSource({"forward, TX_FORWARDED", "reply, TX_ECHO", "pass, PASS_ECHO"})
  void shouldHaveItsVipsAnsweredByWhomTheConfigNames(String echo, Verdict verdict)
      throws Exception {
    lbd.reload(config(echo));
    for (IpAddress vip : VIPS) {
      Counters before = lbd.counters();
      long backends = requestsToBackends();
      long director = requests(lab.director());
      String ping = ping(vip, 64);
      assertTrue(ping.contains(" " + PINGS + " received"), ping);
      assertEquals(PINGS, lbd.counters().since(before).get(verdict));
      assertEquals(echo.equals("forward") ? PINGS : 0, requestsToBackends() - backends);
      assertEquals(echo.equals("pass") ? PINGS : 0, requests(lab.director()) - director);
    }
  }

  private static long requestsToBackends() {
    return lab.backends().stream().mapToLong(PingNetnsTest::requests).sum();
  }

  private static long requests(Lab.Host host) {
    return Nstat.of(lab, host, "IcmpInEchos") + Nstat.of(lab, host, "Icmp6InEchos");
  }

  /** The router, then the VIP: the director is no hop, whoever answers. */
  @Test
  void shouldBeOneHopBehindTheRouter() throws Exception {
    Map<IpAddress, IpAddress> routers = Map.of(Lab.VIP4, gateway("-4"), Lab.VIP6, gateway("-6"));
    for (String echo : List.of("forward", "reply", "pass")) {
      lbd.reload(config(echo));
      for (IpAddress vip : VIPS) {
        String first = ping(vip, 1);
        assertTrue(first.contains("From " + routers.get(vip)), first);
        assertTrue(first.contains(vip.isV4() ? "Time to live exceeded" : "Hop limit"), first);
        assertTrue(first.contains(" 0 received"), first);
        String second = ping(vip, 2);
        assertTrue(second.contains(" " + PINGS + " received"), second);
      }
    }
  }

  private static IpAddress gateway(String family) {
    String[] words = lab.exec("client1", "ip", family, "route", "show", "default").split(" ");
    return IpAddress.parse(words[2]);
  }

  private static String ping(IpAddress vip, int ttl) {
    String command = "ping -n -c %d -i 0.05 -W 2 -t %d %s; true".formatted(PINGS, ttl, vip);
    return lab.exec("client1", "sh", "-c", command);
  }
}
