package io.lbdirector.lab;

import java.util.List;

/** The counters of a host's protocols, as the kernel keeps them in {@code /proc/net/snmp}. */
final class Snmp {
  private Snmp() {}

  /**
   * @param protocol such as {@code Tcp}: of its two lines, the first names what the second counts
   */
  static long counter(Lab lab, String host, String protocol, String name) {
    List<String> lines =
        lab.exec(host, "cat", "/proc/net/snmp")
            .lines()
            .filter(line -> line.startsWith(protocol + ":"))
            .toList();
    int column = List.of(lines.get(0).split(" ")).indexOf(name);
    return Long.parseLong(lines.get(1).split(" ")[column]);
  }
}
