package io.lbdirector.doctor;

import io.lbdirector.dataplane.PinnedLink;
import io.lbdirector.director.EgressSettings;
import io.lbdirector.director.EgressState;
import io.lbdirector.director.EgressState.Standing;
import io.lbdirector.director.GatewayTrackerSettings;
import io.lbdirector.director.PortState;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.os.AddressInfo;
import io.lbdirector.os.AttachedXdp;
import io.lbdirector.os.ChosenRoute;
import io.lbdirector.os.Ethtool.Channels;
import io.lbdirector.os.IpFamily;
import io.lbdirector.os.LinkInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** A machine with nothing wrong, director and backend alike, until a test changes a field. */
final class FakeMachine implements Host, BpfKernel, Network {
  static final int IFINDEX = 7;
  static final int PROGRAM = 12;
  static final int LINK = 34;
  static final String INSTANCE = "default";
  static final IpAddress OWN = IpAddress.parse("10.0.0.2");
  static final IpAddress OWN6 = IpAddress.parse("2001:db8::2");
  static final IpAddress VIP = IpAddress.parse("203.0.113.10");

  private static final MacAddress MAC = MacAddress.tryParse("02:00:00:00:00:0a").orElseThrow();
  private static final MacAddress ROUTER = MacAddress.tryParse("02:00:00:00:00:01").orElseThrow();

  final Map<String, String> files = new HashMap<>();
  final Set<Path> readOnly = new HashSet<>();
  final Map<String, Long> runners = new HashMap<>();
  boolean mounted = true;
  RuntimeException libbpfFailure;
  RuntimeException loadFailure;
  RuntimeException pinsFailure;
  boolean compiled = true;
  boolean batches = true;
  boolean frags = true;
  String programName = "lb_director";
  OptionalInt linkId = OptionalInt.of(LINK);
  List<Pins> pins = List.of();
  Optional<Backend> backend = Optional.empty();
  List<LinkInfo> links = new ArrayList<>(List.of(link("lo", 1, 65536), eth0(1600)));
  final List<AddressInfo> addresses = new ArrayList<>();
  List<AttachedXdp> attached = List.of();
  final Map<IpAddress, ChosenRoute> routes = new HashMap<>();
  Device device = device("veth", Optional.of(true), new Channels(2, 2, 2, 2));
  final Set<IpAddress> unrouted = new HashSet<>();
  final List<EgressState.Hop> hops = new ArrayList<>();
  PortState port = port(Optional.of(IpAddress.parse("10.0.0.1")), true);

  FakeMachine() {
    files.put("/proc/sys/kernel/osrelease", "6.18.44");
    files.put("/proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\nCapBnd:\t0");
    files.put("/proc/self/limits", limits("8388608"));
    files.put("/proc/sys/net/core/bpf_jit_enable", "1");
    files.put("/sys/kernel/btf/vmlinux", "");
    files.put("/sys/devices/system/cpu/online", "0-1");
    files.put("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
    files.put("/proc/sys/net/ipv4/conf/eth0/rp_filter", "2");
    files.put("/proc/sys/net/ipv4/tcp_syncookies", "1");
    files.put("/proc/sys/net/ipv4/conf/eth0/forwarding", "1");
    hops.add(hop(Standing.KNOWN));
    addresses.add(new AddressInfo(1, IpAddress.parse("127.0.0.1")));
    addresses.add(new AddressInfo(1, IpAddress.parse("::1")));
    addresses.add(new AddressInfo(IFINDEX, OWN));
    addresses.add(new AddressInfo(IFINDEX, OWN6));
  }

  Machine machine() {
    return new Machine(this, this, this);
  }

  /** Turns it into a backend with its program attached. */
  FakeMachine asBackend() {
    programName = "lb_backend";
    attached = List.of(program());
    addresses.add(new AddressInfo(1, VIP));
    backend =
        Optional.of(
            new Backend(
                pinned(IFINDEX),
                Set.of(new Prefix(IpAddress.parse("10.0.0.0"), 24)),
                Set.of(),
                Set.of(VIP, IpAddress.parse("::"))));
    return this;
  }

  static String limits(String memlock) {
    return "Limit   Soft Limit  Hard Limit  Units\nMax locked memory         %s     8 bytes"
        .formatted(memlock);
  }

  static EgressState.Hop hop(Standing standing) {
    return new EgressState.Hop(IpAddress.parse("10.0.0.1"), "eth0", standing, 2);
  }

  static LinkInfo link(String name, int ifindex, int mtu) {
    return new LinkInfo(ifindex, name, Optional.empty(), mtu, true, true);
  }

  static LinkInfo eth0(int mtu) {
    return eth0(mtu, true, true);
  }

  static LinkInfo eth0(int mtu, boolean adminUp, boolean carrier) {
    return new LinkInfo(IFINDEX, "eth0", Optional.of(MAC), mtu, adminUp, carrier);
  }

  static AttachedXdp program() {
    return new AttachedXdp(IFINDEX, AttachedXdp.Mode.NATIVE, PROGRAM);
  }

  static PinnedLink pinned(int ifindex) {
    return new PinnedLink(Path.of("/pin"), "eth0", ifindex, LINK, PROGRAM);
  }

  static Device device(String driver, Optional<Boolean> nativeXdp, Channels channels) {
    return new Device(
        Optional.of(driver), nativeXdp, nativeXdp, Optional.of(channels), Map.of(), Map.of());
  }

  Device withOffloads(String... names) {
    Map<String, Boolean> on = new HashMap<>(Map.of("rx-lro", false, "rx-gro-hw", false));
    for (String name : names) {
      on.put(name, true);
    }
    return new Device(
        device.driver(), device.nativeXdp(), device.xdpSend(), device.channels(), on, Map.of());
  }

  Device withHashing(Map<IpFamily, Boolean> hashes) {
    return new Device(
        device.driver(),
        device.nativeXdp(),
        device.xdpSend(),
        device.channels(),
        device.offloads(),
        hashes);
  }

  static PortState port(Optional<IpAddress> gateway, boolean answers) {
    return new PortState(
        IFINDEX,
        "eth0",
        MAC,
        1600,
        true,
        gateway,
        gateway.filter(g -> answers).map(g -> ROUTER),
        answers ? "reachable" : "failed",
        Optional.empty(),
        Optional.empty(),
        "unknown");
  }

  @Override
  public Optional<String> read(String path) {
    return Optional.ofNullable(files.get(path));
  }

  @Override
  public boolean exists(String path) {
    return files.containsKey(path);
  }

  @Override
  public boolean canWrite(Path folder) {
    return !readOnly.contains(folder);
  }

  @Override
  public OptionalLong runner(String instance) {
    Long pid = runners.get(instance);
    return pid == null ? OptionalLong.empty() : OptionalLong.of(pid);
  }

  @Override
  public Path bpffs() {
    return Path.of("/sys/fs/bpf");
  }

  @Override
  public boolean isMounted() {
    return mounted;
  }

  @Override
  public String libbpfVersion() {
    if (libbpfFailure != null) {
      throw libbpfFailure;
    }
    return "v1.1";
  }

  @Override
  public boolean load(Role role) {
    if (loadFailure != null) {
      throw loadFailure;
    }
    return compiled;
  }

  @Override
  public boolean hasBatchesOfInnerMaps() {
    return batches;
  }

  @Override
  public boolean hasXdpFrags() {
    return frags;
  }

  @Override
  public Optional<String> programName(int programId) {
    return Optional.of(programName);
  }

  @Override
  public OptionalInt linkId(int programId, int ifindex) {
    return linkId;
  }

  @Override
  public List<Pins> pins() {
    if (pinsFailure != null) {
      throw pinsFailure;
    }
    return pins;
  }

  @Override
  public Optional<Backend> backend(String interfaceName) {
    return backend;
  }

  @Override
  public List<LinkInfo> links() {
    return links;
  }

  @Override
  public List<AddressInfo> addresses() {
    return addresses;
  }

  @Override
  public List<AttachedXdp> attachedXdp(int ifindex) {
    return attached;
  }

  @Override
  public Optional<ChosenRoute> route(IpAddress destination) {
    return Optional.ofNullable(routes.get(destination));
  }

  @Override
  public Device device(LinkInfo link) {
    return device;
  }

  @Override
  public EgressState egress(EgressSettings settings) {
    return new EgressState(settings, Set.of(IFINDEX), List.copyOf(hops), new TreeSet<>(unrouted));
  }

  @Override
  public PortState port(LinkInfo link, GatewayTrackerSettings settings) {
    return port;
  }
}
