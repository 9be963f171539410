package io.lbdirector.bench.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** What the numbers were measured on. */
final class Machine {
  private Machine() {}

  /** Model and number of processors, and whether they are a virtual machine's. */
  static String processors() {
    String virtual = cpuinfo("flags").filter(Machine::isVirtual).map(f -> ", virtual").orElse("");
    return cpuinfo("model name").orElse("unknown model")
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores"
        + virtual;
  }

  private static boolean isVirtual(String flags) {
    return Arrays.asList(flags.split(" ")).contains("hypervisor");
  }

  private static Optional<String> cpuinfo(String key) {
    return read(Path.of("/proc/cpuinfo"))
        .lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  static String kernel() {
    return System.getProperty("os.version") + ", " + System.getProperty("os.arch");
  }

  static String jdk() {
    return System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version");
  }

  /** The switches of the kernel that change what a BPF program costs. */
  static String bpf() {
    return "JIT "
        + sysctl("net/core/bpf_jit_enable")
        + ", JIT hardening "
        + sysctl("net/core/bpf_jit_harden")
        + ", run-time statistics "
        + sysctl("kernel/bpf_stats_enabled");
  }

  private static String sysctl(String name) {
    Path path = Path.of("/proc/sys").resolve(name);
    return Files.exists(path) ? read(path).strip() : "unknown";
  }

  /** Runnable tasks, averaged over the last minute, this benchmark among them. */
  static String load() {
    return read(Path.of("/proc/loadavg")).split(" ")[0];
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException("read " + path, e);
    }
  }
}
