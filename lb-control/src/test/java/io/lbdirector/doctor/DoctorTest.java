package io.lbdirector.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.doctor.BpfKernel.Backend;
import io.lbdirector.doctor.BpfKernel.Pins;
import io.lbdirector.doctor.Finding.Level;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.os.AddressInfo;
import io.lbdirector.os.AttachedXdp;
import io.lbdirector.os.ChosenRoute;
import io.lbdirector.os.Ethtool.Channels;
import io.lbdirector.os.IpFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One thing is wrong with a machine that is well else: the report says that, and that only. */
class DoctorTest {
  private static final IpAddress BACKEND = IpAddress.parse("10.0.1.11");
  private static final String CONFIG =
      """
      [director]
      interfaces = ["eth0"]
      source_ip  = "10.0.0.2"
      %s
      [[table]]
      name     = "web"
      hash_key = "12345678901234561234567890123456"
      seed     = "34567890123456783456789012345678"
      hops     = 3
        [[table.bind]]
        ip    = "203.0.113.0/28"
        proto = "tcp"
        port  = 80
        [[table.backend]]
        ip = "10.0.1.11"
        [[table.backend]]
        ip = "10.0.1.12"
      """;

  @TempDir private Path folder;

  /**
   * A way to break a machine, and what the report is to say.
   *
   * @param finding level, check and value found, and the remedy, each as {@code lbd doctor} has
   *     them
   */
  record Case(String name, String setting, Consumer<FakeMachine> breaking, String finding) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case wrong(String name, Consumer<FakeMachine> breaking, String finding) {
    return new Case(name, "", breaking, finding);
  }

  private Report examine(FakeMachine machine, String setting) throws IOException {
    Path file = folder.resolve("forwarding.toml");
    Files.writeString(file, CONFIG.formatted(setting));
    return new Doctor(machine.machine()).director(file);
  }

  private static List<String> ill(Report report) {
    return report.findings().stream()
        .filter(f -> f.level() != Level.FINE)
        .map(DoctorTest::words)
        .toList();
  }

  static String words(Finding f) {
    return "%s %s %s: %s -> %s".formatted(f.level(), f.what(), f.of(), f.found(), f.remedy());
  }

  @Test
  void shouldFindNothingWrongWithAMachineThatIsWell() throws Exception {
    Report report = examine(new FakeMachine(), "");
    assertEquals(List.of(), ill(report));
    assertTrue(report.isHealthy());
    assertEquals(
        "config, kernel, capabilities, btf, bpffs, libbpf, jit, program, jumbo, batches,"
            + " interface, driver, queues, offloads, mtu, attached, gateway, source_ip, vips, state_dir,"
            + " socket, lbd, pins",
        String.join(", ", report.findings().stream().map(Finding::what).toList()));
  }

  static Stream<Case> kernels() {
    return Stream.of(
        wrong(
            "old kernel",
            m -> {
              m.files.put("/proc/sys/kernel/osrelease", "5.9.16-custom");
              m.files.put("/proc/self/limits", FakeMachine.limits("unlimited"));
            },
            "FAILING kernel : 5.9.16-custom -> Linux 5.10 or newer is needed"),
        wrong(
            "no rights",
            m -> m.files.put("/proc/self/status", "CapEff:\t0000000000000000"),
            "FAILING capabilities : this process lacks CAP_NET_ADMIN, CAP_PERFMON, CAP_BPF -> run"
                + " as root, or with these (systemd: AmbientCapabilities=)"),
        wrong(
            "half the rights",
            m -> m.files.put("/proc/self/status", "CapEff:\t0000000000001000\n"),
            "FAILING capabilities : this process lacks CAP_PERFMON, CAP_BPF -> run as root, or with"
                + " these (systemd: AmbientCapabilities=)"),
        wrong(
            "no BTF",
            m -> m.files.remove("/sys/kernel/btf/vmlinux"),
            "WARNING btf : no /sys/kernel/btf/vmlinux -> lbd does without; tools that look into the"
                + " kernel want CONFIG_DEBUG_INFO_BTF"),
        wrong(
            "no bpffs",
            m -> m.mounted = false,
            "WARNING bpffs : not mounted at /sys/fs/bpf -> lbd mounts it if it is root; else mount"
                + " -t bpf bpf /sys/fs/bpf"),
        wrong(
            "no libbpf",
            m -> m.libbpfFailure = new IllegalStateException("libbpf.so.1 not found; install it"),
            "FAILING libbpf : libbpf.so.1 not found; install it -> lbd and this command need it to"
                + " speak with the kernel"),
        wrong(
            "program rejected",
            m -> m.loadFailure = new IllegalStateException("load lb_director: EPERM (1)"),
            "FAILING program : load lb_director: EPERM (1) -> lbd doctor --log-level debug logs"
                + " what libbpf and the verifier say"),
        wrong(
            "interpreter",
            m -> {
              m.compiled = false;
              m.files.put("/proc/sys/net/core/bpf_jit_enable", "0");
            },
            "WARNING jit : off: programs are interpreted, which is several times slower -> sysctl"
                + " net.core.bpf_jit_enable=1"),
        wrong(
            "JIT unknown",
            m -> {
              m.compiled = false;
              m.files.remove("/proc/sys/net/core/bpf_jit_enable");
            },
            "WARNING jit : unknown in this network namespace -> look at sysctl"
                + " net.core.bpf_jit_enable in the first one"));
  }

  static Stream<Case> interfaces() {
    return Stream.of(
        wrong(
            "missing",
            m -> m.links = List.of(FakeMachine.link("lo", 1, 65536)),
            "FAILING interface eth0: there is none of that name -> there are lo"),
        wrong(
            "down",
            m -> m.links = List.of(FakeMachine.eth0(1600, false, false)),
            "FAILING interface eth0: down -> ip link set dev eth0 up"),
        wrong(
            "no carrier",
            m -> m.links = List.of(FakeMachine.eth0(1600, true, false)),
            "FAILING interface eth0: no carrier -> look at the cable, and at the other end"),
        wrong(
            "no Ethernet",
            m -> m.links = List.of(FakeMachine.link("eth0", FakeMachine.IFINDEX, 1600)),
            "FAILING interface eth0: not an Ethernet interface -> name another one"),
        wrong(
            "no native XDP",
            m -> m.device = device("bridge", Optional.of(false)),
            "WARNING driver eth0: bridge has no native XDP -> generic mode will do, but costs"
                + " speed; use another interface"),
        new Case(
            "no native XDP where nothing else will do",
            "mode = \"native\"",
            m -> m.device = device("bridge", Optional.of(false)),
            "FAILING driver eth0: bridge has no native XDP -> mode = \"auto\" or \"generic\", or"
                + " another interface"),
        wrong(
            "unknown driver before 6.3",
            m -> m.device = device("e1000e", Optional.empty()),
            "WARNING driver eth0: e1000e, not known for native XDP -> lbd says when it attaches"),
        wrong(
            "few queues",
            m -> m.device = FakeMachine.device("ice", Optional.of(true), new Channels(1, 1, 8, 8)),
            "WARNING queues eth0: 1 receive, 1 send; 2 CPUs -> each receive queue works one CPU:"
                + " ethtool -L eth0 combined 2, or rx 2"),
        wrong(
            "LRO",
            m -> m.device = m.withOffloads("rx-lro", "rx-gro-hw"),
            "FAILING offloads eth0: LRO and hardware GRO on: packets are merged before XDP sees"
                + " them -> ethtool -K eth0 lro off rx-gro-hw off; most drivers refuse XDP else"),
        wrong(
            "hardware GRO",
            m -> m.device = m.withOffloads("rx-gro-hw"),
            "WARNING offloads eth0: hardware GRO on: packets are merged before XDP sees them ->"
                + " ethtool -K eth0 rx-gro-hw off; most drivers refuse XDP else"),
        wrong(
            "one byte too few",
            m -> m.links = List.of(FakeMachine.eth0(1539)),
            "WARNING mtu eth0: 1539; 1540 is needed: 1500 of clients, 40 of outer headers ->"
                + remedyOfMtu(1459, 1439)),
        wrong(
            "a narrow route",
            m -> m.routes.put(BACKEND, route(FakeMachine.IFINDEX, 1500)),
            "WARNING mtu eth0: 1600, 1500 by the route to 10.0.1.11; 1540 is needed: 1500 of"
                + " clients, 40 of outer headers ->"
                + remedyOfMtu(1420, 1400)));
  }

  private static String remedyOfMtu(int segment4, int segment6) {
    return " uploads rely on ICMP: raise the MTU of eth0 (ip link set dev eth0 mtu 1540) and of the whole"
        + " way from directors to backends, or give the backends' default routes advmss "
        + segment4
        + " (IPv6: "
        + segment6
        + ")";
  }

  private static ChosenRoute route(int ifindex, int mtu) {
    return new ChosenRoute(ifindex, Optional.empty(), OptionalInt.of(mtu));
  }

  private static Network.Device device(String driver, Optional<Boolean> nativeXdp) {
    return FakeMachine.device(driver, nativeXdp, new Channels(2, 2, 2, 2));
  }

  static Stream<Case> programs() {
    return Stream.of(
        wrong(
            "another's program with a link",
            m -> {
              m.attached = List.of(FakeMachine.program());
              m.programName = "xdp_pass";
            },
            "FAILING attached eth0: native, program 12 (xdp_pass), link 34 -> another program has"
                + " the interface: end what holds it (bpftool link show id 34)"),
        wrong(
            "another's program without a link",
            m -> {
              m.attached = List.of(FakeMachine.program());
              m.linkId = OptionalInt.empty();
            },
            "FAILING attached eth0: native, program 12 (lb_director), no link -> another program"
                + " has the interface: ip link set dev eth0 xdp off"),
        wrong(
            "our program, held on this interface by another",
            m -> {
              ours(m);
              m.pins = List.of(new Pins(FakeMachine.INSTANCE, List.of(FakeMachine.pinned(99))));
              m.runners.put(FakeMachine.INSTANCE, 4711L);
            },
            "FAILING attached eth0: native, program 12 (lb_director), link 34 -> another program"
                + " has the interface: end what holds it (bpftool link show id 34)"),
        wrong(
            "another instance",
            m -> {
              m.attached = List.of(FakeMachine.program());
              m.pins = List.of(new Pins("other", List.of(FakeMachine.pinned(FakeMachine.IFINDEX))));
            },
            "FAILING attached eth0: native, program 12 (lb_director), link 34, by instance other ->"
                + " lbd detach --instance other, or name this instance so"),
        new Case(
            "another mode",
            "mode = \"generic\"",
            m -> {
              ours(m);
              m.runners.put(FakeMachine.INSTANCE, 4711L);
            },
            "FAILING attached eth0: native, program 12 (lb_director), link 34, by instance default"
                + " -> another mode is configured: lbd detach --instance default, then start"),
        wrong(
            "forwards without lbd",
            DoctorTest::ours,
            "WARNING lbd default: does not run, while its program forwards -> start it: no drain,"
                + " reload or change of gateway is followed"),
        wrong(
            "left behind",
            m -> m.pins = List.of(new Pins("old", List.of(FakeMachine.pinned(0)))),
            "WARNING pins : left behind, attached to nothing: instance old -> lbd detach --instance"
                + " old"));
  }

  private static void ours(FakeMachine m) {
    m.attached = List.of(FakeMachine.program());
    m.pins =
        List.of(new Pins(FakeMachine.INSTANCE, List.of(FakeMachine.pinned(FakeMachine.IFINDEX))));
  }

  static Stream<Case> networks() {
    return Stream.of(
        wrong(
            "no default route",
            m -> m.port = FakeMachine.port(Optional.empty(), false),
            "FAILING gateway eth0: there is no IPv4 default route by it -> ip route add default via"
                + " ROUTER dev eth0, or name a director.gateway"),
        wrong(
            "silent gateway",
            m -> m.port = FakeMachine.port(Optional.of(IpAddress.parse("10.0.0.9")), false),
            "FAILING gateway eth0: 10.0.0.9 does not answer (failed) -> no packet is forwarded"
                + " until it does: is it the right address, on this link?"),
        wrong(
            "source elsewhere",
            m -> m.addresses.remove(new AddressInfo(FakeMachine.IFINDEX, FakeMachine.OWN)),
            "WARNING source_ip : 10.0.0.2 is on no interface of this machine -> packets go all the"
                + " same, but errors about them (too big) find nobody: ip addr add 10.0.0.2/32 dev"
                + " lo"),
        wrong(
            "VIP here",
            m -> m.addresses.add(new AddressInfo(1, FakeMachine.VIP)),
            "WARNING vips : 203.0.113.10 on this machine's interfaces -> what this machine itself"
                + " sends there stays here, health checks through the tunnel too: take it off"),
        wrong(
            "state_dir",
            m -> m.readOnly.add(Path.of("/var/lib/lb")),
            "FAILING state_dir : /var/lib/lb cannot be written -> make it, writable for lbd's user"
                + " (systemd: StateDirectory=, RuntimeDirectory=)"),
        wrong(
            "socket",
            m -> m.readOnly.add(Path.of("/run/lb")),
            "FAILING socket : /run/lb cannot be written -> make it, writable for lbd's user"
                + " (systemd: StateDirectory=, RuntimeDirectory=)"));
  }

  @ParameterizedTest
  @MethodSource({"kernels", "interfaces", "programs", "networks"})
  void shouldSayWhatIsWrongAndNothingElse(Case wrong) throws Exception {
    FakeMachine machine = new FakeMachine();
    wrong.breaking().accept(machine);
    Report report = examine(machine, wrong.setting());
    assertEquals(List.of(wrong.finding()), ill(report));
    assertEquals(wrong.finding().startsWith("WARNING"), report.isHealthy());
  }

  @Test
  void shouldLookAtLockedMemoryOnOldKernelsOnly() throws Exception {
    FakeMachine machine = new FakeMachine();
    machine.files.put("/proc/sys/kernel/osrelease", "5.10.0-34-amd64");
    machine.batches = false;
    machine.frags = false;
    assertEquals(
        List.of(
            "WARNING memlock : 8388608 bytes; before Linux 5.11 BPF maps count against it -> ulimit"
                + " -l unlimited (systemd: LimitMEMLOCK=infinity)"),
        ill(examine(machine, "")));
    machine.files.put("/proc/self/limits", FakeMachine.limits("unlimited"));
    assertEquals(List.of(), ill(examine(machine, "")));
  }

  @Test
  void shouldCountSysAdminForTheTwoThatCameOutOfIt() throws Exception {
    FakeMachine machine = new FakeMachine();
    machine.files.put("/proc/self/status", "CapEff:\t0000000000201000");
    assertEquals(List.of(), ill(examine(machine, "")));
  }

  @Test
  void shouldGoOnWhenACheckCannotBeMade() throws Exception {
    FakeMachine machine = new FakeMachine();
    machine.pinsFailure = new IllegalStateException("open pinned link: EPERM (1); needs root");
    assertEquals(
        List.of(
            "WARNING attached eth0: cannot be checked: open pinned link: EPERM (1); needs root -> ",
            "WARNING pins : cannot be checked: open pinned link: EPERM (1); needs root -> "),
        ill(examine(machine, "")));
  }

  @Test
  void shouldNotAskForMoreQueuesThanThereAreOrCanBe() throws Exception {
    FakeMachine machine = new FakeMachine();
    machine.device = FakeMachine.device("veth", Optional.of(true), new Channels(1, 1, 1, 1));
    assertEquals(List.of(), ill(examine(machine, "")));
    machine.files.put("/sys/devices/system/cpu/online", "0,4");
    machine.device = FakeMachine.device("veth", Optional.of(true), new Channels(2, 1, 8, 8));
    assertEquals(List.of(), ill(examine(machine, "")));
  }

  @Test
  void shouldBeContentWithAnMtuThatJustFits() throws Exception {
    FakeMachine machine = new FakeMachine();
    machine.links = List.of(FakeMachine.eth0(1540));
    assertEquals(List.of(), ill(examine(machine, "")));
  }

  @Test
  void shouldNotBlameRoutesByAnotherInterfaceOrWideOnes() throws Exception {
    FakeMachine machine = new FakeMachine();
    machine.routes.put(BACKEND, route(99, 1280));
    machine.routes.put(IpAddress.parse("10.0.1.12"), route(FakeMachine.IFINDEX, 9000));
    assertEquals(List.of(), ill(examine(machine, "")));
  }

  @Test
  void shouldTakeTheOverheadOfTheRowsAsTheyWillBe() {
    assertEquals(36, Mtu.overhead(IpFamily.V4, 1));
    assertEquals(40, Mtu.overhead(IpFamily.V4, 2));
    assertEquals(48, Mtu.overhead(IpFamily.V4, 4));
    assertEquals(56, Mtu.overhead(IpFamily.V6, 1));
    assertEquals(104, Mtu.overhead(IpFamily.V6, 4));
    assertEquals(20, Mtu.ipipOverhead(IpFamily.V4));
    assertEquals(40, Mtu.ipipOverhead(IpFamily.V6));
  }

  @Test
  void shouldKnowDriversThatOldKernelsDoNotTellOf() throws Exception {
    FakeMachine machine = new FakeMachine();
    machine.device = device("mlx5_core", Optional.empty());
    assertEquals(List.of(), ill(examine(machine, "mode = \"native\"")));
    machine.device = device("bridge", Optional.of(false));
    assertEquals(List.of(), ill(examine(machine, "mode = \"generic\"")));
  }

  @Test
  void shouldTakeAConfiguredMacForGranted() throws Exception {
    FakeMachine machine = new FakeMachine();
    machine.port = FakeMachine.port(Optional.empty(), false);
    assertEquals(List.of(), ill(examine(machine, "gateway = \"02:00:00:00:00:01\"")));
  }

  @Test
  void shouldReportEveryProblemOfTheConfigAndLookAtTheMachineAllTheSame() throws Exception {
    Report report = examine(new FakeMachine(), "hops = 9\nhopps = 1");
    Finding config = report.findings().get(0);
    assertEquals(Level.FAILING, config.level());
    assertTrue(config.found().contains("hops = 9"), config.found());
    assertTrue(config.found().contains("hopps"), config.found());
    assertEquals(1, ill(report).size());
    assertEquals("kernel", report.findings().get(1).what());
  }

  @Test
  void shouldPassOnWhatTheConfigWarnsOf() throws Exception {
    Path file = folder.resolve("forwarding.toml");
    String udp = "proto = \"udp\"\n    flow = \"quic\"";
    Files.writeString(file, CONFIG.formatted("").replace("proto = \"tcp\"", udp));
    Report report = new Doctor(new FakeMachine().machine()).director(file);
    assertEquals(1, ill(report).size());
    assertTrue(ill(report).get(0).startsWith("WARNING config : "), ill(report).get(0));
  }

  @Test
  void shouldDoWithAnInterfaceAlone() {
    FakeMachine machine = new FakeMachine();
    machine.links = List.of(FakeMachine.eth0(1500));
    Report report = new Doctor(machine.machine()).directorOn("eth0");
    assertEquals(1, ill(report).size());
    assertTrue(ill(report).get(0).startsWith("WARNING mtu eth0: 1500; 1540 is needed"));
  }

  @Test
  void shouldMissADefaultRouteAlsoWithAnInterfaceAlone() {
    FakeMachine machine = new FakeMachine();
    machine.port = FakeMachine.port(Optional.empty(), false);
    Report report = new Doctor(machine.machine()).directorOn("eth0");
    assertTrue(ill(report).get(0).startsWith("FAILING gateway eth0: there is no IPv4 default"));
  }

  @Test
  void shouldDoWithTheMachineAlone() {
    assertEquals(List.of(), ill(new Doctor(new FakeMachine().machine()).director()));
  }

  static Stream<Case> backends() {
    Prefix any = new Prefix(IpAddress.parse("::"), 0);
    IpAddress other = IpAddress.parse("203.0.113.11");
    return Stream.of(
        wrong(
            "no program",
            m -> {
              m.attached = List.of();
              m.backend = Optional.empty();
            },
            "FAILING attached eth0: nothing: tunnelled packets are not unwrapped -> lbd backend"
                + " attach --interface eth0 --allow-from DIRECTORS BACKENDS"),
        wrong(
            "by stock tools",
            m -> m.backend = Optional.empty(),
            "WARNING attached eth0: native, program 12 (lb_backend), link 34, not by lbd -> its"
                + " list of senders is not looked at"),
        wrong(
            "another's program",
            m -> {
              m.backend = Optional.empty();
              m.programName = "lb_director";
              m.linkId = OptionalInt.empty();
            },
            "FAILING attached eth0: native, program 12 (lb_director), no link -> another program"
                + " has the interface: ip link set dev eth0 xdp off"),
        wrong(
            "program of another link",
            m -> m.attached = List.of(new AttachedXdp(7, AttachedXdp.Mode.GENERIC, 99)),
            "WARNING attached eth0: generic, program 99 (lb_backend), link 34, not by lbd -> its"
                + " list of senders is not looked at"),
        wrong(
            "nobody may send",
            m -> m.backend = backend(m, Set.of(), Set.of(), Set.of()),
            "FAILING senders eth0: nobody may send -> lbd backend attach --interface eth0"
                + " --allow-from DIRECTORS BACKENDS"),
        wrong(
            "everybody may send",
            m -> m.backend = backend(m, Set.of(any), Set.of(), Set.of()),
            "WARNING senders eth0: everybody may send, and use this backend as a relay -> well if"
                + " port 19523 cannot be reached from outside; else name directors and backends"),
        wrong(
            "no VIP",
            m -> {
              m.addresses.remove(new AddressInfo(1, FakeMachine.VIP));
              m.backend = backend(m, Set.of(Prefix.host(other)), Set.of(), Set.of());
            },
            "FAILING vips : none on lo -> ip addr add VIP/32 dev lo (IPv6: /128)"),
        wrong(
            "a listed VIP missing",
            m -> m.backend = backend(m, Set.of(Prefix.host(other)), Set.of(other), Set.of()),
            "FAILING vips : 203.0.113.11 on no interface, though the program is to take it -> ip"
                + " addr add VIP/32 dev lo (IPv6: /128)"),
        wrong(
            "a VIP missing that packets came for",
            m -> m.backend = backend(m, Set.of(Prefix.host(other)), Set.of(), Set.of(other)),
            "WARNING vips : packets came for 203.0.113.11, on no interface: the kernel drops them"
                + " -> ip addr add VIP/32 dev lo (IPv6: /128)"),
        wrong(
            "strict rp_filter",
            m -> {
              m.files.put("/proc/sys/net/ipv4/conf/all/rp_filter", "1");
              m.files.remove("/proc/sys/net/ipv4/conf/eth0/rp_filter");
            },
            "WARNING rp_filter eth0: 1, strict: drops clients whose way back is another interface"
                + " -> sysctl net.ipv4.conf.all.rp_filter=2"),
        wrong(
            "ports not hashed",
            m -> m.device = m.withHashing(Map.of(IpFamily.V4, false, IpFamily.V6, true)),
            "WARNING flow_hash eth0: UDP ports do not count, so one CPU gets all that a director"
                + " sends -> ethtool -N eth0 rx-flow-hash udp4 sdfn"),
        wrong(
            "no cookies",
            m -> m.files.put("/proc/sys/net/ipv4/tcp_syncookies", "0"),
            "WARNING syncookies : off: a SYN flood fills the backlog -> sysctl"
                + " net.ipv4.tcp_syncookies=1; the program knows cookies"));
  }

  private static Optional<Backend> backend(
      FakeMachine m, Set<Prefix> allowed, Set<IpAddress> listed, Set<IpAddress> seen) {
    return Optional.of(new Backend(m.backend.orElseThrow().link(), allowed, listed, seen));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void shouldSayWhatIsWrongWithABackend(Case wrong) {
    FakeMachine machine = new FakeMachine().asBackend();
    wrong.breaking().accept(machine);
    Report report = new Doctor(machine.machine()).backend("eth0");
    assertEquals(List.of(wrong.finding()), ill(report));
    assertEquals(wrong.finding().startsWith("WARNING"), report.isHealthy());
  }

  @Test
  void shouldFindNothingWrongWithABackendThatIsWell() {
    FakeMachine machine = new FakeMachine().asBackend();
    machine.device = machine.withHashing(Map.of(IpFamily.V4, true));
    Report report = new Doctor(machine.machine()).backend("eth0");
    assertEquals(List.of(), ill(report));
    assertEquals(
        "kernel, capabilities, btf, bpffs, libbpf, jit, program, jumbo, interface, driver, queues,"
            + " offloads, flow_hash, attached, senders, vips, mtu, rp_filter, syncookies",
        String.join(", ", report.findings().stream().map(Finding::what).toList()));
    assertFalse(report.text(false).contains("->"), report.text(false));
  }
}
