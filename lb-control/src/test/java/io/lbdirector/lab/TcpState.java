package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

/** What a host's kernel knows of TCP. */
final class TcpState {
  private TcpState() {}

  /**
   * State of the socket that a host has for a connection.
   *
   * @return as {@code ss} says it ({@code ESTAB}, {@code TIME-WAIT}, {@code SYN-RECV}, …), or
   *     {@code NONE}
   */
  static String at(Lab lab, Lab.Host host, Connection connection) {
    String client = connection.client().addressTowards(connection.vip()).toString();
    String mine = endpoint(connection.vip().toString(), connection.port());
    String others = endpoint(client, connection.sourcePort());
    boolean isBackend = lab.backends().contains(host);
    String sockets =
        lab.exec(
            host.name(),
            "ss",
            "-Htan",
            "src",
            isBackend ? mine : others,
            "and",
            "dst",
            isBackend ? others : mine);
    List<String> lines = sockets.lines().toList();
    if (lines.size() > 1) {
      throw new AssertionError(host + " has several sockets of one connection: " + sockets);
    }
    return lines.isEmpty() ? "NONE" : lines.get(0).split(" +")[0];
  }

  /** Waits until {@link #at} says so. */
  static void await(Lab lab, Lab.Host host, Connection connection, String state) throws Exception {
    Await.within(Await.LIMIT, () -> at(lab, host, connection).equals(state));
    assertEquals(state, at(lab, host, connection), connection + ", on " + host);
  }

  private static String endpoint(String address, int port) {
    return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
  }

  /** Resets that the hosts of a lab have sent so far, client's and backends' alike. */
  static long resetsSent(Lab lab) {
    return lab.hosts().stream()
        .mapToLong(host -> Snmp.counter(lab, host.name(), "Tcp", "OutRsts"))
        .sum();
  }
}
