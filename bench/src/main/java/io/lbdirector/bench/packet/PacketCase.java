package io.lbdirector.bench.packet;

import io.lbdirector.abi.Outcome;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.bench.harness.Effort;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.forwarding.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One kind of traffic, and what the product must do with it.
 *
 * @param name part of file names
 * @param caption for the page
 * @param subject loads what is measured; closed by who asks for it
 * @param attempts how often the case is run, of which the best counts: where its pages of memory
 *     happen to lie decides much
 * @param sizes of what plots are over: where on the plot of that name the case is
 */
record PacketCase(
    String name,
    String caption,
    Traffic traffic,
    Treatment treatment,
    Supplier<Subject> subject,
    int attempts,
    Map<String, Integer> sizes) {
  /** Plots. */
  static final String BINDS = "binds";

  static final String TABLES = "tables";

  private static final ConfigText ONE_TABLE = ConfigText.of(1, 50);
  private static final int FEW = 1 << 10;
  private static final int MANY = 1 << 20;
  private static final int ATTEMPTS = 3;

  /** Has no exact bind. */
  private static final IpAddress FOREIGN = IpAddress.parse("203.0.113.254");

  /** All of them, in the order of the page. */
  static List<PacketCase> all(Effort effort) {
    return List.of(
        ipv4(),
        oneOfAll(effort),
        binds(1 << 10, effort),
        binds(effort.of(1 << 16, 1 << 9), effort),
        tables(effort.of(16, 2), effort),
        tables(effort.of(256, 4), effort),
        ipv6(),
        underlayIpv6(),
        icmpError(),
        wide(),
        foreign("foreign-1k", "to an address without a bind: passed", ONE_TABLE),
        foreign(
            "foreign-wide-far-1k",
            "passed, beside a wide bind in another /16",
            ONE_TABLE.withWide("198.51.100.0/24", "400-499")),
        foreign(
            "foreign-wide-near-1k",
            "passed, beside a wide bind in the same /16",
            ONE_TABLE.withWide("203.0.112.0/24", "400-499")),
        drop(),
        backend("backend-known", "connections that the backend knows", FEW, Treatment.UNWRAPPED),
        backend(
            "backend-second-chance", "connections that it does not know", 0, Treatment.RELAYED));
  }

  private static PacketCase director(
      String name, String caption, Traffic traffic, Treatment treatment, ConfigText config) {
    return new PacketCase(
        name, caption, traffic, treatment, of(config, Verdict.TX_FORWARDED), 1, Map.of());
  }

  private static Supplier<Subject> of(ConfigText config, Verdict verdict) {
    return () -> new DirectorSubject(config.toml(), verdict);
  }

  private static PacketCase ipv4() {
    return director(
        "ipv4-tcp-1k",
        "IPv4 TCP, 1k flows, 1 bind",
        Traffic.to(ConfigText.vip(0), 1, FEW),
        Treatment.WRAPPED,
        ONE_TABLE);
  }

  private static PacketCase oneOfAll(Effort effort) {
    return many("ipv4-tcp-1m", "1 bind", 1, ONE_TABLE, effort, Map.of(BINDS, 1, TABLES, 1));
  }

  /** Flow by flow another of the binds. */
  private static PacketCase binds(int binds, Effort effort) {
    return many(
        "binds-" + binds,
        Numbers.count(binds) + " binds on one table",
        binds,
        ONE_TABLE.withBinds(binds),
        effort,
        Map.of(BINDS, binds));
  }

  /** Flow by flow another of the tables. */
  private static PacketCase tables(int tables, Effort effort) {
    return many(
        "tables-" + tables,
        tables + " tables of one bind each",
        tables,
        ConfigText.of(tables, 50),
        effort,
        Map.of(TABLES, tables));
  }

  private static PacketCase many(
      String name,
      String what,
      int vips,
      ConfigText config,
      Effort effort,
      Map<String, Integer> sizes) {
    return new PacketCase(
        name,
        "IPv4 TCP, 1M flows, " + what,
        Traffic.to(ConfigText.vip(0), vips, MANY),
        Treatment.WRAPPED,
        of(config, Verdict.TX_FORWARDED),
        effort.of(ATTEMPTS, 1),
        sizes);
  }

  private static PacketCase ipv6() {
    return director(
        "ipv6-tcp-1k",
        "IPv6 TCP, 1k flows, 1 bind, backends over IPv4",
        Traffic.to(ConfigText.vip6(0), 1, FEW),
        Treatment.WRAPPED,
        ONE_TABLE.overIpv6());
  }

  private static PacketCase underlayIpv6() {
    return director(
        "ipv4-underlay-ipv6-1k",
        "IPv4 TCP, 1k flows, 1 bind, backends over IPv6",
        Traffic.to(ConfigText.vip(0), 1, FEW),
        Treatment.WRAPPED_IN_IPV6,
        ONE_TABLE.toIpv6());
  }

  private static PacketCase icmpError() {
    return director(
        "icmp-error-1k",
        "ICMP errors that quote TCP of 1k flows, 1 bind",
        Traffic.errors(ConfigText.vip(0), FEW),
        Treatment.WRAPPED,
        ONE_TABLE);
  }

  /** To another address than the exact bind's, in the /24 that a range of ports is bound in. */
  private static PacketCase wide() {
    return director(
        "wide-1k",
        "IPv4 TCP, 1k flows, bind of a /24 and 100 ports",
        Traffic.to(FOREIGN, 1, FEW),
        Treatment.WRAPPED,
        ONE_TABLE.withWide("203.0.113.0/24", "400-499"));
  }

  private static PacketCase foreign(String name, String what, ConfigText config) {
    return new PacketCase(
        name,
        "foreign IPv4 TCP, 1k flows: " + what,
        Traffic.to(FOREIGN, 1, FEW),
        Treatment.PASSED,
        of(config, Verdict.PASS_NO_BIND),
        1,
        Map.of());
  }

  private static PacketCase drop() {
    return new PacketCase(
        "drop-1k",
        "IPv4 TCP, 1k flows, to a table without a backend: dropped",
        Traffic.to(ConfigText.vip(0), 1, FEW),
        Treatment.DROPPED,
        of(ONE_TABLE.idle(), Verdict.DROP_NO_HOP),
        1,
        Map.of());
  }

  /**
   * The backend's program.
   *
   * @param connections that it knows, of those that packets are of
   */
  private static PacketCase backend(
      String name, String caption, int connections, Treatment treatment) {
    IpAddress vip = ConfigText.vip(0);
    Outcome outcome = connections > 0 ? Outcome.KNOWN : Outcome.FORWARDED;
    return new PacketCase(
        name,
        "IPv4 TCP in GUE, 1k flows, of " + caption,
        Traffic.wrapped(ONE_TABLE.backend(0, 0), ONE_TABLE.backend(0, 1), vip, FEW),
        treatment,
        () -> new BackendSubject(vip, connections, outcome),
        1,
        Map.of());
  }

  Contestant contestant(Subject loaded) {
    return new Contestant(
        loaded.name(),
        loaded.program(),
        treatment.growth(),
        treatment.action(),
        Optional.of(loaded::counted));
  }

  /**
   * Those of other programs, by their names, that do with the first packet what this case wants.
   */
  List<Contestant> willing(Map<String, BpfProgram> others) {
    return others.entrySet().stream()
        .map(other -> Contestant.other(other.getKey(), other.getValue(), traffic))
        .filter(contestant -> contestant.meets(treatment))
        .toList();
  }
}
