package io.lbdirector.director;

import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.config.ConfigSource;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Egress;
import io.lbdirector.config.DirectorConfig.Encapsulation;
import io.lbdirector.dataplane.DesiredState;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A config with its rows built: all that is worked out before the kernel is asked.
 *
 * @param source that {@code config} was read from
 * @param overrides states that were set by hand
 * @param pools that follow from these and the time
 * @param verdicts of the tables that have checks, by name
 * @param rows that follow from these, by the name of the table
 */
record Candidate(
    ConfigSource source,
    DirectorConfig config,
    Overrides overrides,
    Pools pools,
    Map<String, TableVerdict> verdicts,
    Map<String, ForwardingTable> rows,
    DesiredState desired) {

  static Candidate of(
      ConfigSource source,
      DirectorConfig config,
      Overrides overrides,
      Pools pools,
      Map<String, TableVerdict> verdicts,
      Map<String, ForwardingTable> rows) {
    List<DesiredState.Table> tables = new ArrayList<>();
    for (DirectorConfig.Table table : config.tables()) {
      TableVerdict verdict = verdicts.getOrDefault(table.name(), TableVerdict.UNCHECKED);
      tables.add(table(table, pools.of(table), verdict, rows.get(table.name())));
    }
    return new Candidate(
        source,
        config,
        overrides,
        pools,
        verdicts,
        rows,
        new DesiredState(settings(config.director()), tables));
  }

  private static DesiredState.Table table(
      DirectorConfig.Table table, List<Backend> pool, TableVerdict verdict, ForwardingTable rows) {
    return new DesiredState.Table(
        table.name(),
        table.hashKey(),
        table.hashFields(),
        table.altHashFields(),
        table.encapsulation() == Encapsulation.IPIP,
        rows,
        table.binds().stream().map(DirectorConfig.TableBind::bind).toList(),
        table.pool().stream().map(b -> b.address()).toList(),
        QuicServers.of(table, pool, verdict));
  }

  /** What an operator should know before, and while, it is live; a sentence each. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>(config.warnings());
    for (DirectorConfig.Table table : config.tables()) {
      states(table).ifPresent(warnings::add);
      balance(table).ifPresent(warnings::add);
      panic(table).ifPresent(warnings::add);
    }
    return List.copyOf(warnings);
  }

  private Optional<String> states(DirectorConfig.Table table) {
    List<BackendState> states = pools.of(table).stream().map(Backend::state).toList();
    if (states.stream().allMatch(s -> s == BackendState.INACTIVE)) {
      return Optional.of(
          "every backend of table \"" + table.name() + "\" is inactive: its packets are dropped");
    }
    return states.stream().anyMatch(Candidate::takesNewConnections)
        ? Optional.empty()
        : Optional.of(
            "no backend of table \""
                + table.name()
                + "\" is active: those that drain take new connections all the same");
  }

  private Optional<String> balance(DirectorConfig.Table table) {
    return RowShares.raisedLimit(pools.of(table), rows.get(table.name()))
        .map(
            percent ->
                "table \"%s\": no rows keep to balance_limit = %s%%, it came to %s%%"
                    .formatted(table.name(), table.balanceLimitPermille() / 10.0, percent));
  }

  private Optional<String> panic(DirectorConfig.Table table) {
    return verdict(table.name()).panic()
        ? Optional.of(
            "table \"%s\": %d of %d backends are proven down, more than max_down = %d%%: all count as up"
                .formatted(
                    table.name(),
                    verdict(table.name()).down().size(),
                    table.backends().size(),
                    config.health().maxDownPercent()))
        : Optional.empty();
  }

  private static boolean takesNewConnections(BackendState state) {
    return state == BackendState.ACTIVE || state == BackendState.FILLING;
  }

  LoadedConfig loaded() {
    return new LoadedConfig(source, config);
  }

  TableVerdict verdict(String table) {
    return verdicts.getOrDefault(table, TableVerdict.UNCHECKED);
  }

  /** Every backend of every table. */
  Set<IpAddress> backends() {
    return config.tables().stream()
        .flatMap(t -> t.pool().stream())
        .map(Backend::address)
        .collect(Collectors.toSet());
  }

  /** Families of backends that packets go to through a gateway. */
  Set<IpFamily> families() {
    return Families.of(config.director());
  }

  /** What the kernel's routes are asked for. */
  EgressSettings egress() {
    return EgressSettings.of(config);
  }

  private static Settings settings(DirectorConfig.Director director) {
    return new Settings(
        director.sourceIp(),
        director.sourceIp6(),
        director.copyDscp(),
        Echo.valueOf(director.icmpEcho().name()),
        director.mtu(),
        director.tcpMss(),
        director.egress() == Egress.FIB);
  }
}
