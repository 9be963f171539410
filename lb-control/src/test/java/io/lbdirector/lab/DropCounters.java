package io.lbdirector.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every counter in which a packet that was lost in the lab may be found: what interfaces and the
 * rings of veths did not take, what UDP sockets had no room for, and what the kernel's backlog of
 * each CPU had none for. The last is of the whole machine.
 */
final class DropCounters {
  private static final Pattern OF_VETH =
      Pattern.compile("(\\w+_drops|\\w+_errors): (\\d+)"); // in the output of ethtool -S
  private static final Pattern OF_SOCKETS6 = Pattern.compile("Udp6RcvbufErrors\\s+(\\d+)");

  private final Map<String, Long> counters = new TreeMap<>();

  private DropCounters() {}

  static DropCounters read(Lab lab) throws IOException {
    DropCounters counters = new DropCounters();
    for (Lab.Host host : lab.hosts()) {
      counters.readInterfaces(lab, host.name());
      counters.readVeth(lab, host.name(), "eth0");
      counters.readVeth(lab, "router", host.name());
      counters.readSockets(lab, host.name());
    }
    counters.readInterfaces(lab, "router");
    counters.readBacklogs();
    return counters;
  }

  private void readInterfaces(Lab lab, String host) {
    InterfaceCounters.all(lab, host)
        .forEach(
            (device, counted) -> {
              counters.put(host + " " + device + " rx dropped", counted.receiveDrops());
              counters.put(host + " " + device + " tx dropped", counted.sendDrops());
            });
  }

  private void readVeth(Lab lab, String host, String device) {
    Matcher found = OF_VETH.matcher(lab.exec(host, "ethtool", "-S", device));
    while (found.find()) {
      counters.put(host + " " + device + " " + found.group(1), Long.parseLong(found.group(2)));
    }
  }

  private void readSockets(Lab lab, String host) {
    counters.put(host + " UDP RcvbufErrors", Snmp.counter(lab, host, "Udp", "RcvbufErrors"));
    Matcher found = OF_SOCKETS6.matcher(lab.exec(host, "cat", "/proc/net/snmp6"));
    if (found.find()) {
      counters.put(host + " UDP6 RcvbufErrors", Long.parseLong(found.group(1)));
    }
  }

  /** Second column, hexadecimal; one line a CPU. */
  private void readBacklogs() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/net/softnet_stat"));
    for (int cpu = 0; cpu < lines.size(); cpu++) {
      String dropped = lines.get(cpu).split(" ")[1];
      counters.put("machine backlog of line " + cpu, Long.parseLong(dropped, 16));
    }
  }

  /** What was dropped since {@code before}: only counters that grew. */
  Map<String, Long> since(DropCounters before) {
    Map<String, Long> grown = new TreeMap<>();
    counters.forEach((name, count) -> grown.put(name, count - before.counters.get(name)));
    grown.values().removeIf(count -> count == 0);
    return grown;
  }
}
