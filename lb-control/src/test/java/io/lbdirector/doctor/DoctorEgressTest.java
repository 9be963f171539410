package io.lbdirector.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.director.EgressState.Hop;
import io.lbdirector.director.EgressState.Standing;
import io.lbdirector.doctor.Finding.Level;
import io.lbdirector.doctor.Network.Device;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.os.ChosenRoute;
import io.lbdirector.os.Ethtool.Channels;
import io.lbdirector.os.LinkInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the doctor says of a director under {@code egress = "fib"}. */
class DoctorEgressTest {
  private static final int ETH1 = 8;
  private static final IpAddress NET = IpAddress.parse("203.0.113.0");
  private static final String CONFIG =
      """
      [director]
      interfaces = ["eth0"]
      source_ip  = "10.0.0.2"
      egress     = "fib"
      %s
      [[table]]
      name     = "web"
      hash_key = "12345678901234561234567890123456"
      seed     = "34567890123456783456789012345678"
        [[table.bind]]
        ip    = "203.0.113.0/28"
        proto = "tcp"
        port  = 80
        [[table.bind]]
        ip    = "203.0.113.10"
        proto = "tcp"
        port  = 443
        [[table.backend]]
        ip = "10.0.1.11"
        [[table.backend]]
        ip = "10.0.1.12"
      """;

  @TempDir private Path folder;

  /**
   * @param finding the only one that is not fine, as {@code lbd doctor} has it; empty if all are
   */
  record Case(String name, String setting, Consumer<FakeMachine> breaking, String finding) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("nothing", "", m -> {}, ""),
        new Case(
            "no default route", "", m -> m.port = FakeMachine.port(Optional.empty(), false), ""),
        new Case(
            "forwarding off",
            "",
            m -> m.files.put("/proc/sys/net/ipv4/conf/eth0/forwarding", "0"),
            "FAILING forwarding eth0: off: no packet is forwarded under egress = \"fib\" -> sysctl"
                + " -w net/ipv4/conf/eth0/forwarding=1"),
        new Case(
            "a backend without a route",
            "",
            m -> m.unrouted.add(IpAddress.parse("10.0.1.12")),
            "FAILING routes : none leads to 10.0.1.12 -> packets to it are dropped (drop_no_route):"
                + " ip route get shows what the kernel would do"),
        new Case(
            "no next hop answers",
            "",
            m -> m.hops.set(0, FakeMachine.hop(Standing.SILENT)),
            "FAILING next_hops : 10.0.0.1 on eth0 does not answer -> packets to it are dropped"
                + " (drop_no_neighbour): is it up, and on this link?"),
        new Case(
            "one of two does not answer",
            "",
            m -> m.hops.add(FakeMachine.hop(Standing.ASKED)),
            "WARNING next_hops : 10.0.0.1 on eth0 does not answer -> packets to it are dropped"
                + " (drop_no_neighbour): is it up, and on this link?"),
        new Case(
            "narrow egress",
            "",
            m -> routedByEth1(m, 1500),
            "WARNING mtu eth1: 1500; 1540 is needed: 1500 of clients, 40 of outer headers ->"
                + " uploads rely on ICMP: raise the MTU of eth1 (ip link set dev eth1 mtu 1540) and"
                + " of the whole way from directors to backends, or give the backends' default"
                + " routes advmss 1420 (IPv6: 1400)"),
        new Case("wide egress", "", m -> routedByEth1(m, 1600), ""),
        new Case(
            "egress that XDP cannot send by",
            "",
            m -> {
              routedByEth1(m, 1600);
              m.device = sending("ice", Optional.of(false));
            },
            "FAILING egress eth1: ice: XDP cannot send by it, as it is set up -> add it to"
                + " director.interfaces (some can only where a program is), mode = \"generic\", or"
                + " route by another one"),
        new Case(
            "veth that XDP cannot send by",
            "",
            m -> {
              routedByEth1(m, 1600);
              m.device = sending("veth", Optional.of(false));
            },
            "FAILING egress eth1: veth: XDP cannot send by it, as it is set up -> attach an XDP"
                + " program to its peer, or switch GRO on there"),
        new Case(
            "the same in generic mode",
            "mode = \"generic\"",
            m -> {
              routedByEth1(m, 1600);
              m.device = sending("ice", Optional.of(false));
            },
            ""),
        new Case(
            "a kernel that does not tell",
            "",
            m -> {
              routedByEth1(m, 1600);
              m.device = sending("ice", Optional.empty());
            },
            ""),
        new Case(
            "egress that is the only way in, and needs no sending",
            "",
            m -> m.device = sending("ice", Optional.of(false)),
            ""),
        new Case(
            "VIPs that lead back out",
            "",
            m -> {
              m.routes.put(NET, out());
              m.routes.put(FakeMachine.VIP, new ChosenRoute(1, Optional.empty(), empty()));
            },
            "WARNING vip_routes : out of this machine: 203.0.113.0/28 by 10.0.0.1 -> what the"
                + " program leaves to the kernel goes back to the router, and comes again, and"
                + " again: ip route add blackhole VIP (checks through the tunnel then need routes of"
                + " their own: docs/health.md)"));
  }

  private static OptionalInt empty() {
    return OptionalInt.empty();
  }

  private static ChosenRoute out() {
    return new ChosenRoute(FakeMachine.IFINDEX, Optional.of(IpAddress.parse("10.0.0.1")), empty());
  }

  private static void routedByEth1(FakeMachine m, int mtu) {
    MacAddress mac = MacAddress.tryParse("02:00:00:00:00:0b").orElseThrow();
    m.links.add(new LinkInfo(ETH1, "eth1", Optional.of(mac), mtu, true, true));
    m.links.set(1, FakeMachine.eth0(1500)); // where clients' packets come in: of no concern
    m.hops.set(0, new Hop(NET, "eth1", Standing.KNOWN, 2));
  }

  private static Device sending(String driver, Optional<Boolean> xdpSend) {
    Device known = FakeMachine.device(driver, Optional.of(true), new Channels(2, 2, 2, 2));
    return new Device(
        known.driver(),
        known.nativeXdp(),
        xdpSend,
        known.channels(),
        known.offloads(),
        known.hashesUdpPorts());
  }

  private Report examine(FakeMachine machine, String setting) throws IOException {
    Path file = folder.resolve("forwarding.toml");
    Files.writeString(file, CONFIG.formatted(setting));
    return new Doctor(machine.machine()).director(file);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void shouldSayWhatIsWrong(Case wrong) throws Exception {
    FakeMachine machine = new FakeMachine();
    wrong.breaking().accept(machine);
    List<String> ill =
        examine(machine, wrong.setting()).findings().stream()
            .filter(f -> f.level() != Level.FINE)
            .map(DoctorTest::words)
            .toList();
    assertEquals(wrong.finding().isEmpty() ? List.of() : List.of(wrong.finding()), ill);
  }

  @Test
  void shouldLookAtRoutesInPlaceOfGateways() throws Exception {
    assertEquals(
        "config, kernel, capabilities, btf, bpffs, libbpf, jit, program, jumbo, batches, interface,"
            + " driver, queues, offloads, attached, forwarding, routes, next_hops, mtu, vip_routes,"
            + " source_ip, vips, state_dir, socket, lbd, pins",
        String.join(
            ", ", examine(new FakeMachine(), "").findings().stream().map(Finding::what).toList()));
  }

  @Test
  void shouldAskForForwardingOfTheBackendsFamily() throws Exception {
    Path file = folder.resolve("forwarding.toml");
    Files.writeString(
        file,
        CONFIG
            .formatted("source_ip6 = \"2001:db8::2\"")
            .replace("10.0.1.11", "2001:db8:1::11")
            .replace("10.0.1.12", "2001:db8:1::12"));
    List<String> forwarding =
        new Doctor(new FakeMachine().machine())
            .director(file).findings().stream()
                .filter(f -> f.what().startsWith("forwarding"))
                .map(DoctorTest::words)
                .toList();
    assertEquals(
        List.of(
            "FAILING forwarding6 eth0: off: no packet is forwarded under egress = \"fib\" -> sysctl"
                + " -w net/ipv6/conf/eth0/forwarding=1; where routes come by RA, also accept_ra=2"),
        forwarding);
  }
}
