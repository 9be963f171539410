package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.IpAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A director of two interfaces under {@code egress = "fib"}: what comes in by eth0 leaves by eth1,
 * whose other end is the router's port {@code inner}. Tables for backends of either family.
 */
@Timeout(300)
final class EgressNetnsTest {
  private static final Path PASS_PROGRAM = Lab.ROOT.resolve("lab/build/xdp_pass.bpf.o");
  private static final int FLOWS = 20;
  private static final int CHUNKS = 30;
  private static final List<String> BACKENDS6 =
      List.of("2001:db8:1::11", "2001:db8:1::12", "2001:db8:1::13");

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
    layInner();
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  private void layInner() {
    String director = lab.director().namespace().toString();
    run("router", "ip link add inner mtu 1600 type veth peer name eth1 mtu 1600 netns " + director);
    passOnInner("object " + PASS_PROGRAM + " section xdp");
    for (String family : List.of("4", "6")) {
      String net = family.equals("4") ? "10.0.7." : "2001:db8:7::";
      String length = family.equals("4") ? "/24" : "/64";
      String backends = family.equals("4") ? "10.0.1.0/24" : "2001:db8:1::/64";
      run("router", "ip addr add " + net + "1" + length + " dev inner");
      run("director", "ip addr add " + net + "2" + length + " dev eth1");
      run("director", "ip link set eth1 up");
      run("router", "ip link set inner up");
      run("director", "ip route add " + backends + " via " + net + "1");
      run("director", "sysctl -qw net.ipv" + family + ".conf.eth0.forwarding=1");
    }
  }

  private void passOnInner(String program) {
    String ip = "mount -t bpf lab /sys/fs/bpf && exec ip link set dev inner xdpdrv " + program;
    lab.exec("router", "unshare", "--mount", "sh", "-c", ip);
  }

  private String run(String host, String command) {
    return lab.exec(host, command.split(" "));
  }

  private String config(String egress) {
    return lbd.head("source_ip6 = \"2001:db8::2\"", egress)
        + TableText.table("four").bind("tcp", BackendServers.ECHO).backends(TableText.ALL)
        + TableText.table("six").bind("tcp", BackendServers.DIGEST).backends(BACKENDS6);
  }

  private void start() throws Exception {
    lbd.start(config("egress = \"fib\""));
  }

  private EchoLoad startEchoes() throws Exception {
    EchoLoad load =
        lab.own(EchoLoad.start(flows.take(FLOWS, BackendServers.ECHO, connection -> true)));
    load.awaitMessages(10);
    return load;
  }

  private void upload(IpAddress vip) throws Exception {
    Connection connection = flows.next(BackendServers.DIGEST, c -> c.vip().equals(vip));
    try (Upload upload = Upload.start(connection, 1)) {
      upload.awaitChunks(CHUNKS);
      upload.finish();
    }
  }

  @Test
  void shouldForwardInByOneInterfaceAndOutByTheOther() throws Exception {
    start();
    Counters before = lbd.counters();
    long innerBefore = cameInByInner();
    long outerBefore = InterfaceCounters.of(lab, "router", "director").receivedPackets();
    EchoLoad echoes = startEchoes();
    upload(Lab.VIP4);
    upload(Lab.VIP6);
    echoes.finish();
    Map<Verdict, Long> counted = lbd.counters().since(before);
    long forwarded = counted.remove(Verdict.TX_FORWARDED);
    long inner = cameInByInner() - innerBefore;
    long outer = InterfaceCounters.of(lab, "router", "director").receivedPackets() - outerBefore;
    assertTrue(forwarded > FLOWS * 10, "forwarded " + forwarded);
    assertTrue(inner >= forwarded, inner + " of " + forwarded + " came in by inner");
    assertTrue(outer < forwarded / 10, outer + " came back by the interface they went in by");
    assertTrue(
        Set.of(Verdict.PASS_NOT_IP, Verdict.PASS_NO_BIND, Verdict.PASS_ICMP)
            .containsAll(counted.keySet()),
        counted.toString());
  }

  /** A router that answers no ARP any more, and then does. */
  @Test
  void shouldCountWhatANeighbourMissesAndHeal() throws Exception {
    start();
    EchoLoad echoes = startEchoes();
    run("router", "sysctl -qw net.ipv4.conf.inner.arp_ignore=8");
    run("director", "ip neigh del 10.0.7.1 dev eth1");
    Await.until("packets miss it", () -> lbd.counters().of(Verdict.DROP_NO_NEIGHBOUR) > 0);
    run("router", "sysctl -qw net.ipv4.conf.inner.arp_ignore=0");
    echoes.awaitMessages(10);
    echoes.finish();
    Await.until("lbd is ready", lbd::isReady);
  }

  @Test
  void shouldNotBeReadyWhileNoNextHopAnswers() throws Exception {
    run("director", "ip -6 route add blackhole 2001:db8:1::/64 metric 1");
    run("router", "sysctl -qw net.ipv4.conf.inner.arp_ignore=8");
    lbd.write(config("egress = \"fib\""));
    lbd.launch();
    Await.until(
        "lbd says why", () -> !lbd.logLines("no next hop to a backend answers yet").isEmpty());
    run("router", "sysctl -qw net.ipv4.conf.inner.arp_ignore=0");
    Await.until("lbd is ready", lbd::isReady);
  }

  /** The clients send packets of 1,500 bytes; only where they leave there is no room for more. */
  @Test
  void shouldTellOfTheMtuOfTheInterfaceThatTheyLeaveBy() throws Exception {
    run("director", "ip link set eth1 mtu 1500");
    start();
    upload(Lab.VIP4);
    assertTrue(lbd.counters().of(Verdict.TX_TOO_BIG) > 0);
    long before = lbd.counters().of(Verdict.TX_TOO_BIG);
    upload(Lab.VIP6);
    assertTrue(lbd.counters().of(Verdict.TX_TOO_BIG) > before);
    assertEquals(0, lbd.counters().of(Verdict.DROP_TOO_BIG));
  }

  @Test
  void shouldChangeFromOneWayToTheOtherAndLoseNothing() throws Exception {
    start();
    EchoLoad echoes = startEchoes();
    for (String egress : List.of("tx", "fib", "tx", "fib")) {
      Counters before = lbd.counters();
      JsonObject report = lbd.reload(config("egress = \"" + egress + "\""));
      assertTrue(report.get("changed").getAsBoolean(), report.toString());
      assertEquals(0, report.getAsJsonArray("warnings").size(), report.toString());
      echoes.awaitMessages(20);
      List<Verdict> dropped =
          lbd.counters().since(before).keySet().stream()
              .filter(verdict -> verdict.name().startsWith("DROP"))
              .toList();
      assertEquals(List.of(), dropped);
    }
    echoes.finish();
  }

  /** With the link go its routes, and the default route leads back to the router. */
  @Test
  void shouldFollowRoutesToAnotherInterfaceAndToANewOne() throws Exception {
    start();
    EchoLoad echoes = startEchoes();
    run("router", "ip link del inner");
    echoes.awaitMessages(20);
    layInner();
    Await.until("packets leave by the new one", () -> cameInByInner() > FLOWS * 20);
    echoes.awaitMessages(20);
    echoes.finish();
  }

  private long cameInByInner() {
    return InterfaceCounters.of(lab, "router", "inner").receivedPackets();
  }

  @Test
  void shouldHaveTheDoctorLookAtRoutes() throws Exception {
    lbd.write(config("egress = \"fib\""));
    String well = doctor();
    for (String line :
        List.of(
            "fine     forwarding eth0: on",
            "fine     forwarding6 eth0: on",
            "fine     routes: one to each of 6 backends",
            "fine     next_hops: 10.0.7.1 on eth1, 2001:db8:7::1 on eth1",
            "fine     egress eth1: veth, XDP can send by it",
            "warning  vip_routes: out of this machine: 2001:db8:113::10 by 2001:db8::1,")) {
      assertTrue(well.contains(line), line + " in " + well);
    }
    run("director", "ip route add blackhole 203.0.113.10/32");
    run("director", "ip route add blackhole 2001:db8:113::10/128");
    run("director", "ip route replace blackhole 10.0.1.11/32");
    run("director", "sysctl -qw net.ipv4.conf.eth0.forwarding=0");
    passOnInner("off");
    run("router", "ethtool -K inner gro off");
    String ill = doctor();
    for (String line :
        List.of(
            "failing  forwarding eth0: off",
            "failing  routes: none leads to 10.0.1.11",
            "failing  egress eth1: veth: XDP cannot send by it",
            "fine     vip_routes: none leads out of this machine")) {
      assertTrue(ill.contains(line), line + " in " + ill);
    }
  }

  private String doctor() {
    return Lbd.command(lab, "director", "doctor", "--config", lbd.config().toString()).out();
  }
}
