package io.lbdirector.config;

import io.lbdirector.forwarding.Algorithm;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.forwarding.SipKey;
import io.lbdirector.forwarding.TableRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A whole {@code forwarding.toml}, checked, with defaults filled in. Immutable.
 *
 * @param tables at least one; names are distinct
 * @param warnings what the file asks for that this build checks but does not do yet, or that comes
 *     to nothing; a sentence each
 */
public record DirectorConfig(
    Director director, Admin admin, Health health, List<Table> tables, List<String> warnings) {

  /** All binds of all tables, in the order of the file. */
  public List<Bind> binds() {
    return tables.stream().flatMap(t -> t.binds().stream()).map(TableBind::bind).toList();
  }

  /** How the XDP program is attached. */
  public enum Mode {
    /** Native, or generic with a warning where the driver cannot. */
    AUTO,
    NATIVE,
    GENERIC
  }

  /** What becomes of an ICMP echo request to a VIP. */
  public enum IcmpEcho {
    FORWARD,
    REPLY,
    PASS
  }

  /** How an encapsulated packet leaves. */
  public enum Egress {
    TX,
    FIB
  }

  /** What packets are wrapped in. */
  public enum Encapsulation {
    /** With the hops of the row: backends need lb_backend. */
    GUE,
    /** An outer IP header and nothing else: backends need a tunnel of their kernel. */
    IPIP
  }

  public enum CheckType {
    HTTP,
    TCP,
    TUNNEL
  }

  /** Where encapsulated packets are sent on the wire. */
  public sealed interface Gateway {
    /** The next hop of the interface's default route. */
    record Auto() implements Gateway {}

    /** This neighbour, whose MAC the kernel resolves. */
    record Address(IpAddress address) implements Gateway {}

    /** This MAC, whatever the kernel knows. */
    record Mac(MacAddress mac) implements Gateway {}
  }

  /** A TCP or UDP address of this machine or another. */
  public record Endpoint(IpAddress address, int port) {}

  /**
   * The {@code [director]} section, without the defaults that tables take from it.
   *
   * @param interfaces at least one, distinct
   * @param sourceIp outer IPv4 source address; present if a table has IPv4 backends
   * @param sourceIp6 outer IPv6 source address; present if a table has IPv6 backends
   * @param mtu bytes; empty for {@code "auto"}
   * @param tcpMss bytes; empty for {@code "off"}
   */
  public record Director(
      String instance,
      List<String> interfaces,
      Mode mode,
      Optional<IpAddress> sourceIp,
      Optional<IpAddress> sourceIp6,
      Gateway gateway,
      Gateway gateway6,
      IcmpEcho icmpEcho,
      Egress egress,
      OptionalInt mtu,
      OptionalInt tcpMss,
      boolean copyDscp,
      Path stateDir) {}

  /** The {@code [admin]} section. */
  public record Admin(
      Path socket, Optional<String> group, Optional<Endpoint> metrics, Optional<Endpoint> statsd) {}

  /**
   * The {@code [health]} section: defaults for checks, already copied into each {@link Check}.
   *
   * @param maxDownPercent 0 to 100
   */
  public record Health(
      Duration interval, Duration timeout, int rise, int fall, int maxDownPercent) {}

  /**
   * One {@code [[table]]}.
   *
   * @param hashFields not empty
   * @param altHashFields empty unless a migration of hash fields is under way; empty for {@link
   *     Encapsulation#IPIP}
   * @param hops most hops per row, 1 to 4; 1 for {@link Encapsulation#IPIP}
   * @param balanceLimitPermille for {@link Algorithm#BALANCED}
   * @param binds at least one
   * @param backends at least one, of one address family, addresses distinct
   */
  public record Table(
      String name,
      SipKey hashKey,
      SipKey seed,
      Algorithm algorithm,
      int balanceLimitPermille,
      Encapsulation encapsulation,
      Optional<Duration> slowStart,
      Set<HashField> hashFields,
      Set<HashField> altHashFields,
      int hops,
      List<TableBind> binds,
      List<TableBackend> backends,
      List<Check> checks) {
    /** While hash fields migrate, packets get so many hops of each of two rows. */
    private static final int HOPS_OF_EITHER_HASH = 2;

    /** What decides the rows beside the backends. */
    public TableRules rules() {
      int hopsOfRow = altHashFields.isEmpty() ? hops : Math.max(hops, HOPS_OF_EITHER_HASH);
      return new TableRules(seed, algorithm, balanceLimitPermille, hopsOfRow);
    }

    /** The backends without what only QUIC routing looks at. */
    public List<Backend> pool() {
      return backends.stream().map(TableBackend::backend).toList();
    }
  }

  /**
   * One {@code [[table.bind]]}.
   *
   * @param quic rows by the server id in the connection id ({@code flow = "quic"})
   */
  public record TableBind(Bind bind, boolean quic) {}

  /** One {@code [[table.backend]]}. */
  public record TableBackend(Backend backend, OptionalInt quicId) {}

  /**
   * One {@code [[table.check]]}.
   *
   * @param viaTunnel the check's traffic is encapsulated, so that it walks the way of the packets
   * @param port 1 to 65535; empty for {@link CheckType#TUNNEL}
   * @param path for {@link CheckType#HTTP}
   * @param host Host header; empty: the backend's address
   * @param status HTTP status codes that pass
   * @param body text that the answer must contain
   */
  public record Check(
      CheckType type,
      boolean viaTunnel,
      OptionalInt port,
      String path,
      Optional<String> host,
      Set<Integer> status,
      Optional<String> body,
      Duration interval,
      Duration timeout,
      int rise,
      int fall) {}
}
