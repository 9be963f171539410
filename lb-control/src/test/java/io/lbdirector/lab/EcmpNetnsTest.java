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

/**
 * Two directors behind a router that spreads flows over both: the second is a host that the lab
 * takes for a backend. Which of them a packet meets must not matter.
 */
@Timeout(300)
final class EcmpNetnsTest {
  private static final String WEB = "web";
  private static final int CONNECTIONS = 100;
  private static final int MESSAGES = 5;
  private static final String VIPS4 = "203.0.113.0/24";
  private static final String VIPS6 = "2001:db8:113::/64";

  @TempDir Path folder;
  @TempDir Path otherFolder;
  private Lab lab;
  private Lab.Host second;
  private Lbd one;
  private Lbd other;

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving(4);
    second = lab.host("backend4");
    makeDirector(second);
    BackendServers.start(lab);
    one = lab.own(new Lbd(lab, folder));
    other = lab.own(new Lbd(lab, second, otherFolder));
    one.start(config(one));
    other.start(config(other));
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  /** It is no backend any more, and the router finishes checksums of what it sends there. */
  private void makeDirector(Lab.Host host) {
    Shell.Result detached =
        Lbd.command(lab, host.name(), "backend", "detach", "--interface", "eth0");
    assertEquals(0, detached.exit(), detached.err());
    lab.exec(host.name(), "ip", "addr", "del", Lab.VIP4 + "/32", "dev", "lo");
    lab.exec(host.name(), "ip", "addr", "del", Lab.VIP6 + "/128", "dev", "lo");
    lab.exec("router", "ethtool", "-K", host.name(), "tx", "off");
    lab.exec("router", "sysctl", "-qw", "net.ipv4.fib_multipath_hash_policy=1");
    lab.exec("router", "sysctl", "-qw", "net.ipv6.fib_multipath_hash_policy=1");
  }

  private static String config(Lbd lbd) {
    return lbd.head()
        + TableText.table(WEB).hops(2).bind("tcp", BackendServers.ECHO).backends(TableText.ALL);
  }

  private void routeTo(Lab.Host... directors) {
    route("-4", VIPS4, List.of(directors).stream().map(Lab.Host::ipv4).toList(), directors);
    route("-6", VIPS6, List.of(directors).stream().map(Lab.Host::ipv6).toList(), directors);
  }

  private void route(String family, String vips, List<IpAddress> next, Lab.Host... directors) {
    StringBuilder hops = new StringBuilder();
    for (int i = 0; i < directors.length; i++) {
      String port = directors[i].name();
      hops.append(" nexthop via ").append(next.get(i)).append(" dev ").append(port);
    }
    String command = "ip %1$s route del %2$s; ip %1$s route add %2$s" + hops;
    lab.exec("router", "sh", "-c", command.formatted(family, vips));
  }

  private static long forwarded(Lbd lbd) throws Exception {
    return lbd.counters().of(Verdict.TX_FORWARDED);
  }

  @Test
  void shouldBreakNothingWhenADirectorDiesAndReturns() throws Exception {
    routeTo(lab.director(), second);
    try (EchoLoad echoes = startEchoes()) {
      echoes.awaitMessages(MESSAGES);
      assertTrue(forwarded(one) > 0 && forwarded(other) > 0, "flows to one director only");
      cut(); // what is on its way there is lost, and sent again
      routeTo(lab.director());
      echoes.awaitMessages(MESSAGES);
      long before = forwarded(one);
      echoes.awaitMessages(MESSAGES);
      assertTrue(forwarded(one) > before);

      mend();
      routeTo(lab.director(), second);
      long after = forwarded(other);
      echoes.awaitMessages(MESSAGES);
      assertTrue(forwarded(other) > after, "nothing to the director that is back");
      echoes.finish();
    }
  }

  @Test
  void shouldBreakNothingWhileOneServesAnOlderGeneration() throws Exception {
    routeTo(lab.director(), second);
    try (EchoLoad echoes = startEchoes()) {
      echoes.awaitMessages(MESSAGES);
      for (String backend : TableText.ALL) {
        IpAddress address = IpAddress.parse(backend);
        one.setState(WEB, address, "draining"); // the other does not know yet
        echoes.awaitMessages(MESSAGES);
        routeTo(second); // all flows of the one meet the older table
        echoes.awaitMessages(MESSAGES);
        routeTo(lab.director());
        echoes.awaitMessages(MESSAGES);
        other.setState(WEB, address, "draining");
        routeTo(lab.director(), second);
        echoes.awaitMessages(MESSAGES);
        one.setState(WEB, address, "file");
        echoes.awaitMessages(MESSAGES);
        other.setState(WEB, address, "file");
      }
      echoes.awaitMessages(MESSAGES);
      echoes.finish();
    }
  }

  private EchoLoad startEchoes() throws Exception {
    return EchoLoad.start(
        new Flows(lab).take(CONNECTIONS, BackendServers.ECHO, connection -> true));
  }

  private void cut() {
    lab.exec("router", "ip", "link", "set", second.name(), "down");
  }

  /** Routes go with their link. */
  private void mend() {
    lab.exec("router", "ip", "link", "set", second.name(), "up");
    lab.exec("router", "ip", "route", "replace", second.ipv4() + "/32", "dev", second.name());
    lab.exec("router", "ip", "addr", "replace", "2001:db8:1::1/128", "dev", second.name(), "nodad");
    lab.exec("router", "ip", "route", "replace", second.ipv6() + "/128", "dev", second.name());
  }
}
