package io.lbdirector.doctor;

import static io.lbdirector.doctor.Finding.failing;
import static io.lbdirector.doctor.Finding.fine;
import static io.lbdirector.doctor.Finding.warning;

import io.lbdirector.dataplane.BackendProgram;
import io.lbdirector.doctor.BpfKernel.Backend;
import io.lbdirector.doctor.Network.Device;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.os.AddressInfo;
import io.lbdirector.os.AttachedXdp;
import io.lbdirector.os.IpFamily;
import io.lbdirector.os.LinkInfo;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a backend needs so that it takes what directors send. */
final class BackendChecks {
  private static final String CONF = "/proc/sys/net/ipv4/conf/";
  private static final String ADD_VIP = "ip addr add VIP/32 dev lo (IPv6: /128)";
  private static final int LOOPBACK = 1;
  private static final int STRICT = 1;

  private final Machine machine;

  BackendChecks(Machine machine) {
    this.machine = machine;
  }

  void run(LinkInfo link, Findings findings) {
    String name = link.name();
    findings.attempt("attached", name, () -> program(link, findings));
    findings.add(
        MtuCheck.of(
            link,
            Mtu.overhead(IpFamily.V4, Mtu.USUAL_HOPS),
            List.of(),
            destination -> Optional.empty()));
    findings.add(reversePath(name, setting("all"), setting(name)));
    findings.add(cookies(machine.host().read("/proc/sys/net/ipv4/tcp_syncookies")));
  }

  private void program(LinkInfo link, Findings findings) {
    String name = link.name();
    Optional<Backend> backend = machine.bpf().backend(name);
    findings.add(attached(name, machine.network().attachedXdp(link.ifindex()), backend));
    backend.ifPresent(b -> findings.add(senders(name, b.allowed())));
    findings.add(vips(machine.network().addresses(), backend));
  }

  private Finding attached(String name, List<AttachedXdp> programs, Optional<Backend> backend) {
    String attach = "lbd backend attach --interface " + name + " --allow-from DIRECTORS BACKENDS";
    if (programs.isEmpty()) {
      return failing("attached", name, "nothing: tunnelled packets are not unwrapped", attach);
    }
    AttachedCheck check = new AttachedCheck(machine.bpf());
    AttachedXdp program = programs.get(0);
    String found = check.describe(program);
    if (backend.filter(b -> AttachedCheck.holds(b.link(), program)).isPresent()) {
      return fine("attached", name, found);
    }
    boolean ours = machine.bpf().programName(program.programId()).equals(Optional.of("lb_backend"));
    return ours
        ? warning("attached", name, found + ", not by lbd", "its list of senders is not looked at")
        : failing("attached", name, found, check.removal(name, program));
  }

  static Finding senders(String name, Set<Prefix> allowed) {
    if (allowed.isEmpty()) {
      return failing(
          "senders",
          name,
          "nobody may send",
          "lbd backend attach --interface " + name + " --allow-from DIRECTORS BACKENDS");
    }
    return allowed.contains(BackendProgram.Options.ANY)
        ? warning(
            "senders",
            name,
            "everybody may send, and use this backend as a relay",
            "well if port 19523 cannot be reached from outside; else name directors and backends")
        : fine("senders", name, networks(allowed));
  }

  private static String networks(Set<Prefix> allowed) {
    return allowed.stream().map(Prefix::toString).sorted().collect(Collectors.joining(", "));
  }

  /** VIPs that the program is told of, or has seen packets for, must be this machine's. */
  static Finding vips(Collection<AddressInfo> addresses, Optional<Backend> backend) {
    Set<IpAddress> own = addresses.stream().map(AddressInfo::address).collect(Collectors.toSet());
    Set<IpAddress> listed = missing(backend.map(Backend::listed), own);
    Set<IpAddress> seen = missing(backend.map(Backend::seen), own);
    if (!listed.isEmpty()) {
      return failing(
          "vips",
          "",
          words(listed) + " on no interface, though the program is to take it",
          ADD_VIP);
    }
    if (!seen.isEmpty()) {
      return warning(
          "vips",
          "",
          "packets came for " + words(seen) + ", on no interface: the kernel drops them",
          ADD_VIP);
    }
    Set<IpAddress> onLoopback =
        addresses.stream()
            .filter(a -> a.ifindex() == LOOPBACK && !isLoopback(a.address()))
            .map(AddressInfo::address)
            .collect(Collectors.toCollection(TreeSet::new));
    return onLoopback.isEmpty()
        ? failing("vips", "", "none on lo", ADD_VIP)
        : fine("vips", "", words(onLoopback) + " on lo");
  }

  private static Set<IpAddress> missing(
      Optional<Set<IpAddress>> wanted, Collection<IpAddress> own) {
    Set<IpAddress> missing = new TreeSet<>(wanted.orElse(Set.of()));
    missing.removeIf(vip -> vip.isUnspecified() || own.contains(vip));
    return missing;
  }

  private static boolean isLoopback(IpAddress address) {
    return address.isV4() ? address.byteAt(0) == 127 : address.equals(IpAddress.parse("::1"));
  }

  private static String words(Collection<IpAddress> addresses) {
    return addresses.stream().map(IpAddress::toString).collect(Collectors.joining(", "));
  }

  private int setting(String interfaceName) {
    return machine
        .host()
        .read(CONF + interfaceName + "/rp_filter")
        .filter(text -> text.matches("\\d"))
        .map(Integer::parseInt)
        .orElse(0);
  }

  /** The higher of the two counts. */
  static Finding reversePath(String name, int ofAll, int ofInterface) {
    int setting = Math.max(ofAll, ofInterface);
    return setting == STRICT
        ? warning(
            "rp_filter",
            name,
            "1, strict: drops clients whose way back is another interface",
            "sysctl net.ipv4.conf.all.rp_filter=2")
        : fine("rp_filter", name, Integer.toString(setting));
  }

  /** With one queue there is nothing to choose. */
  static Optional<Finding> flowHash(String name, Device device) {
    if (device.channels().filter(c -> c.rx() > 1).isEmpty() || device.hashesUdpPorts().isEmpty()) {
      return Optional.empty();
    }
    List<String> without =
        device.hashesUdpPorts().entrySet().stream()
            .filter(hash -> !hash.getValue())
            .map(hash -> hash.getKey() == IpFamily.V4 ? "udp4" : "udp6")
            .sorted()
            .toList();
    return Optional.of(
        without.isEmpty()
            ? fine("flow_hash", name, "UDP ports count")
            : warning(
                "flow_hash",
                name,
                "UDP ports do not count, so one CPU gets all that a director sends",
                without.stream()
                    .map(flow -> "ethtool -N " + name + " rx-flow-hash " + flow + " sdfn")
                    .collect(Collectors.joining("; "))));
  }

  static Finding cookies(Optional<String> setting) {
    return setting.equals(Optional.of("0"))
        ? warning(
            "syncookies",
            "",
            "off: a SYN flood fills the backlog",
            "sysctl net.ipv4.tcp_syncookies=1; the program knows cookies")
        : fine("syncookies", "", setting.orElse("unknown"));
  }
}
