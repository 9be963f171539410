package io.lbdirector.lab;

import java.util.ArrayList;
import java.util.List;

/** Writes one {@code [[table]]} of a {@code forwarding.toml}, bound on both VIPs of the lab. */
final class TableText {
  static final String BACKEND1 = "10.0.1.11";
  static final String BACKEND2 = "10.0.1.12";
  static final String BACKEND3 = "10.0.1.13";
  static final List<String> ALL = List.of(BACKEND1, BACKEND2, BACKEND3);

  private final String name;
  private final List<String> lines = new ArrayList<>();

  private TableText(String name) {
    this.name = name;
  }

  static TableText table(String name) {
    return new TableText(name);
  }

  TableText hops(int hops) {
    return set("hops = " + hops);
  }

  TableText ipip() {
    return set("encapsulation = \"ipip\"");
  }

  /** By the balanced algorithm, not by rendezvous. */
  TableText balanced() {
    return set("algorithm = \"balanced\"");
  }

  private TableText set(String line) {
    lines.add(0, line); // keys of the table stand before its sections
    return this;
  }

  /** Binds one port, or a range {@code "7000-7009"}, of both VIPs. */
  TableText bind(String protocol, String ports) {
    for (Object vip : List.of(Lab.VIP4, Lab.VIP6)) {
      lines.add("[[table.bind]]");
      lines.add("ip = \"" + vip + "\"");
      lines.add("proto = \"" + protocol + "\"");
      lines.add("ports = \"" + ports + "\"");
    }
    return this;
  }

  TableText bind(String protocol, int port) {
    return bind(protocol, port + "-" + port);
  }

  /** Binds a UDP port of both VIPs, by server ids. */
  TableText bindQuic(int port) {
    for (Object vip : List.of(Lab.VIP4, Lab.VIP6)) {
      lines.add("[[table.bind]]");
      lines.add("ip = \"" + vip + "\"");
      lines.add("proto = \"udp\"");
      lines.add("port = " + port);
      lines.add("flow = \"quic\"");
    }
    return this;
  }

  TableText backends(List<String> addresses) {
    addresses.forEach(address -> backend(address, "active"));
    return this;
  }

  TableText backend(String address, String state) {
    lines.add("[[table.backend]]");
    lines.add("ip = \"" + address + "\"");
    lines.add("state = \"" + state + "\"");
    return this;
  }

  /** An active one. */
  TableText backend(String address, int weight) {
    backend(address, "active");
    lines.add("weight = " + weight);
    return this;
  }

  /** The last backend has this server id. */
  TableText quicId(int serverId) {
    lines.add("quic_id = " + serverId);
    return this;
  }

  /** A check of every backend; {@code keys} are lines of TOML. */
  TableText check(String... keys) {
    lines.add("[[table.check]]");
    lines.addAll(List.of(keys));
    return this;
  }

  @Override
  public String toString() {
    return """
        [[table]]
        name = "%s"
        hash_key = "12345678901234561234567890123456"
        seed = "%032x"
        %s

        """
        .formatted(name, name.hashCode() & 0xffffffffL, String.join("\n", lines));
  }
}
