package io.lbdirector.doctor;

import static io.lbdirector.doctor.Finding.failing;
import static io.lbdirector.doctor.Finding.fine;
import static io.lbdirector.doctor.Finding.warning;

import io.lbdirector.doctor.BpfKernel.Role;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel, and what this process may ask of it. */
final class KernelChecks {
  private static final String MACHINE = "";
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);
  private static final Pattern MEMLOCK = Pattern.compile("(?m)^Max locked memory +(\\S+)");
  private static final Pattern EFFECTIVE = Pattern.compile("(?m)^CapEff:\\s*(\\p{XDigit}+)$");

  /** Number of include/uapi/linux/capability.h; it stands for the two others below as well. */
  private static final int CAP_SYS_ADMIN = 21;

  private final Host host;
  private final BpfKernel bpf;
  private final Role role;

  KernelChecks(Machine machine, Role role) {
    this.host = machine.host();
    this.bpf = machine.bpf();
    this.role = role;
  }

  private enum Capability {
    CAP_NET_ADMIN(12),
    CAP_PERFMON(38),
    CAP_BPF(39);

    private final int number;

    Capability(int number) {
      this.number = number;
    }

    boolean isIn(long set) {
      boolean implied = this != CAP_NET_ADMIN && (set >>> CAP_SYS_ADMIN & 1) != 0;
      return implied || (set >>> number & 1) != 0;
    }
  }

  void run(Findings findings) {
    String release = host.read("/proc/sys/kernel/osrelease").orElse("unknown");
    findings.add(version(release));
    findings.add(capabilities(host.read("/proc/self/status").orElse("")));
    memlock(release, host.read("/proc/self/limits").orElse("")).ifPresent(findings::add);
    findings.add(btf(host.exists("/sys/kernel/btf/vmlinux")));
    findings.add(bpffs());
    findings.add(libbpf());
    if (findings.lastIsFine()) {
      findings.add(program(findings));
      findings.attempt("jumbo", MACHINE, () -> findings.add(jumbo()));
      if (role == Role.DIRECTOR) {
        findings.attempt("batches", MACHINE, () -> findings.add(batches()));
      }
    }
  }

  static Finding version(String release) {
    return isBefore(release, 5, 10)
        ? failing("kernel", MACHINE, release, "Linux 5.10 or newer is needed")
        : fine("kernel", MACHINE, release);
  }

  /** A release that says no number is taken for a new one. */
  private static boolean isBefore(String release, int major, int minor) {
    Matcher matcher = RELEASE.matcher(release);
    if (!matcher.matches()) {
      return false;
    }
    int found = Integer.parseInt(matcher.group(1));
    return found < major || (found == major && Integer.parseInt(matcher.group(2)) < minor);
  }

  static Finding capabilities(String status) {
    Matcher matcher = EFFECTIVE.matcher(status);
    long set = matcher.find() ? Long.parseUnsignedLong(matcher.group(1), 16) : 0;
    List<String> lacking =
        List.of(Capability.values()).stream()
            .filter(capability -> !capability.isIn(set))
            .map(Capability::name)
            .toList();
    return lacking.isEmpty()
        ? fine("capabilities", MACHINE, "all that are needed")
        : failing(
            "capabilities",
            MACHINE,
            "this process lacks " + String.join(", ", lacking),
            "run as root, or with these (systemd: AmbientCapabilities=)");
  }

  /** From 5.11 on, BPF counts by cgroup, and the limit plays no part. */
  static Optional<Finding> memlock(String release, String limits) {
    if (!isBefore(release, 5, 11)) {
      return Optional.empty();
    }
    Matcher matcher = MEMLOCK.matcher(limits);
    String limit = matcher.find() ? matcher.group(1) : "unknown";
    return Optional.of(
        limit.equals("unlimited")
            ? fine("memlock", MACHINE, limit)
            : warning(
                "memlock",
                MACHINE,
                limit + " bytes; before Linux 5.11 BPF maps count against it",
                "ulimit -l unlimited (systemd: LimitMEMLOCK=infinity)"));
  }

  static Finding btf(boolean there) {
    return there
        ? fine("btf", MACHINE, "/sys/kernel/btf/vmlinux")
        : warning(
            "btf",
            MACHINE,
            "no /sys/kernel/btf/vmlinux",
            "lbd does without; tools that look into the kernel want CONFIG_DEBUG_INFO_BTF");
  }

  private Finding bpffs() {
    String path = bpf.bpffs().toString();
    return bpf.isMounted()
        ? fine("bpffs", MACHINE, path)
        : warning(
            "bpffs",
            MACHINE,
            "not mounted at " + path,
            "lbd mounts it if it is root; else mount -t bpf bpf " + path);
  }

  private Finding libbpf() {
    try {
      return fine("libbpf", MACHINE, bpf.libbpfVersion());
    } catch (RuntimeException e) {
      return failing(
          "libbpf",
          MACHINE,
          e.getMessage(),
          "lbd and this command need it to speak with the kernel");
    }
  }

  /** Loading asks more than any list of features could: it is what lbd will do. */
  private Finding program(Findings findings) {
    try {
      boolean compiled = bpf.load(role);
      findings.add(jit(host.read("/proc/sys/net/core/bpf_jit_enable"), compiled));
      return fine("program", MACHINE, role.program() + " loads");
    } catch (RuntimeException e) {
      return failing(
          "program",
          MACHINE,
          e.getMessage(),
          "lbd doctor --log-level debug logs what libbpf and the verifier say");
    }
  }

  /**
   * @param setting of net.core.bpf_jit_enable; empty in network namespaces other than the first
   * @param compiled whether the kernel says that it compiled a program; it may not say so
   */
  static Finding jit(Optional<String> setting, boolean compiled) {
    if (compiled || setting.filter(s -> !s.equals("0")).isPresent()) {
      return fine("jit", MACHINE, setting.filter("2"::equals).map(s -> "on, debug").orElse("on"));
    }
    return setting.isPresent()
        ? warning(
            "jit",
            MACHINE,
            "off: programs are interpreted, which is several times slower",
            "sysctl net.core.bpf_jit_enable=1")
        : warning(
            "jit",
            MACHINE,
            "unknown in this network namespace",
            "look at sysctl net.core.bpf_jit_enable in the first one");
  }

  private Finding jumbo() {
    return fine(
        "jumbo",
        MACHINE,
        bpf.hasXdpFrags()
            ? "frames of several buffers are taken, where the driver has them"
            : "none of several buffers before Linux 5.18: no MTU above about 3,500 bytes");
  }

  private Finding batches() {
    return fine(
        "batches",
        MACHINE,
        bpf.hasBatchesOfInnerMaps()
            ? "the tables of a reload take one system call"
            : "none for tables before Linux 5.19: a reload takes one call for each");
  }
}
