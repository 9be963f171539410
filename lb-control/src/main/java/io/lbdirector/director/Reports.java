package io.lbdirector.director;

import io.lbdirector.abi.Verdict;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.Attachments.Attached;
import io.lbdirector.dataplane.CounterReader;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.dataplane.CounterReader.Counts;
import io.lbdirector.director.DirectorControl.BackendReport;
import io.lbdirector.director.DirectorControl.BindReport;
import io.lbdirector.director.DirectorControl.Counter;
import io.lbdirector.director.DirectorControl.CountersReport;
import io.lbdirector.director.DirectorControl.InterfaceReport;
import io.lbdirector.director.DirectorControl.Readiness;
import io.lbdirector.director.DirectorControl.StatusReport;
import io.lbdirector.director.DirectorControl.TableBackendReport;
import io.lbdirector.director.DirectorControl.TableReport;
import io.lbdirector.director.DirectorControl.VerdictCounter;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.Health;
import io.lbdirector.os.IpFamily;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Puts what the director knows into the words of the admin API. */
final class Reports {
  private static final String GATEWAY_UNUSED = "unused";

  private final String instance;
  private final String ownConfig;
  private final Instant startedAt;

  /**
   * @param ownConfig name of the file that the daemon reads at its start
   */
  Reports(String instance, String ownConfig, Instant startedAt) {
    this.instance = instance;
    this.ownConfig = ownConfig;
    this.startedAt = startedAt;
  }

  /**
   * @param confirmBy until when a reload waits to be confirmed
   */
  StatusReport status(
      Serving serving,
      List<Attached> attached,
      Ports ports,
      Readiness ready,
      Optional<Instant> confirmBy) {
    DirectorConfig config = serving.candidate().config();
    Set<IpFamily> wanted = serving.candidate().families();
    List<String> warnings = new ArrayList<>(serving.warnings());
    attached.forEach(a -> a.warning().ifPresent(warnings::add));
    if (!serving.source().equals(ownConfig)) {
      warnings.add(
          "the config that is live is not that of the start: a restart or a SIGHUP returns to "
              + ownConfig);
    }
    return new StatusReport(
        version(),
        instance,
        ProcessHandle.current().pid(),
        serving.live().generation(),
        serving.source(),
        text(startedAt),
        text(serving.since()),
        serving.adopted(),
        ready.ready(),
        ready.reason(),
        config.tables().size(),
        config.binds().size(),
        serving.live().backends().size(),
        attached.stream()
            .flatMap(a -> ports.of(a.name()).map(p -> interfaceReport(a, p, wanted)).stream())
            .toList(),
        StateReports.overrides(serving.candidate()),
        confirmBy.map(Reports::text).orElse(""),
        warnings);
  }

  private static String version() {
    return Optional.ofNullable(Reports.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  private static InterfaceReport interfaceReport(
      Attached attached, PortState port, Set<IpFamily> wanted) {
    return new InterfaceReport(
        attached.name(),
        attached.ifindex(),
        attached.mode().toString(),
        port.up(),
        port.mtu(),
        port.mac().toString(),
        text(port.gateway()),
        text(port.gatewayMac()),
        wanted.contains(IpFamily.V4) ? port.gatewayState() : GATEWAY_UNUSED,
        text(port.gateway6()),
        text(port.gateway6Mac()),
        wanted.contains(IpFamily.V6) ? port.gateway6State() : GATEWAY_UNUSED);
  }

  private static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String text(Optional<?> value) {
    return value.map(Object::toString).orElse("");
  }

  List<TableReport> tables(Serving serving, CounterReader counters) {
    return tables(serving.candidate().config().tables(), serving, counters);
  }

  /** Empty if no table has that name. */
  Optional<TableReport> table(String name, Serving serving, CounterReader counters) {
    List<DirectorConfig.Table> named =
        serving.candidate().config().tables().stream().filter(t -> t.name().equals(name)).toList();
    return tables(named, serving, counters).stream().findFirst();
  }

  private static List<TableReport> tables(
      List<DirectorConfig.Table> tables, Serving serving, CounterReader counters) {
    Counts counts = countsOfBinds(tables, serving, counters);
    return tables.stream().map(table -> table(table, serving, counts)).toList();
  }

  private static TableReport table(DirectorConfig.Table table, Serving serving, Counts counts) {
    Candidate candidate = serving.candidate();
    ForwardingTable rows = candidate.rows().get(table.name());
    RowShares shares =
        RowShares.of(candidate.pools().of(table), candidate.verdict(table.name()).unfit(), rows);
    return new TableReport(
        table.name(),
        lower(table.algorithm()),
        lower(table.encapsulation()),
        rows.hopCount(),
        table.hashFields().stream().map(Reports::lower).toList(),
        rows.digest(),
        serving.live().tables().get(rows.digest()),
        shares.balance(table.rules(), rows),
        binds(table, serving, counts),
        tableBackends(table, candidate, shares));
  }

  private static List<TableBackendReport> tableBackends(
      DirectorConfig.Table table, Candidate candidate, RowShares shares) {
    List<TableBackendReport> reports = new ArrayList<>();
    List<Backend> pool = candidate.pools().of(table);
    for (int i = 0; i < pool.size(); i++) {
      Backend backend = pool.get(i);
      reports.add(
          new TableBackendReport(
              backend.address().toString(),
              lower(backend.state()),
              StateReports.share(backend),
              lower(table.pool().get(i).state()),
              lower(candidate.verdict(table.name()).of(backend.address())),
              backend.weight(),
              quicId(table.backends().get(i)),
              shares.rows(i),
              shares.rowsPercent(i),
              shares.duePercent(i)));
    }
    return reports;
  }

  private static Optional<Integer> quicId(DirectorConfig.TableBackend backend) {
    return backend.quicId().stream().boxed().findFirst();
  }

  private static List<BindReport> binds(
      DirectorConfig.Table table, Serving serving, Counts counts) {
    List<BindReport> reports = new ArrayList<>();
    for (DirectorConfig.TableBind bind : table.binds()) {
      Count count = counts.of(serving.statsOfBinds().get(bind.bind()));
      reports.add(
          new BindReport(bind.bind().toString(), table.name(), count.packets(), count.bytes()));
    }
    return reports;
  }

  private static Counts countsOfBinds(
      List<DirectorConfig.Table> tables, Serving serving, CounterReader counters) {
    return counters.binds(
        tables.stream()
            .flatMap(table -> table.binds().stream())
            .map(bind -> serving.statsOfBinds().get(bind.bind()))
            .toList());
  }

  List<BackendReport> backends(Serving serving, CounterReader counters) {
    Map<IpAddress, List<String>> tablesOf = new TreeMap<>();
    for (DirectorConfig.Table table : serving.candidate().config().tables()) {
      for (Backend backend : table.pool()) {
        tablesOf.computeIfAbsent(backend.address(), a -> new ArrayList<>()).add(table.name());
      }
    }
    Counts counts = counters.backends(serving.live().backends().values());
    List<BackendReport> reports = new ArrayList<>();
    tablesOf.forEach(
        (address, tables) -> {
          int index = serving.live().backends().get(address);
          Count count = counts.of(index);
          reports.add(
              new BackendReport(
                  address.toString(),
                  index,
                  tables,
                  lower(health(address, tables, serving.candidate())),
                  count.packets(),
                  count.bytes()));
        });
    return reports;
  }

  /** Over all its tables, the worst that is known. */
  private static Health health(IpAddress backend, List<String> tables, Candidate candidate) {
    Set<Health> found = EnumSet.noneOf(Health.class);
    tables.forEach(table -> found.add(candidate.verdict(table).of(backend)));
    if (found.contains(Health.DOWN)) {
      return Health.DOWN;
    }
    return found.contains(Health.UP) ? Health.UP : Health.UNKNOWN;
  }

  CountersReport counters(Serving serving, CounterReader counters) {
    Map<String, VerdictCounter> verdicts = new LinkedHashMap<>();
    Count total = new Count(0, 0);
    for (Map.Entry<Verdict, Count> entry : counters.verdicts().entrySet()) {
      Verdict verdict = entry.getKey();
      Count count = entry.getValue();
      total = total.plus(count);
      verdicts.put(
          verdict.label(),
          new VerdictCounter(
              count.packets(), count.bytes(), verdict.isNormal(), verdict.meaning()));
    }
    List<DirectorConfig.Table> tables = serving.candidate().config().tables();
    Counts counts = countsOfBinds(tables, serving, counters);
    return new CountersReport(
        serving.live().generation(),
        new Counter(total.packets(), total.bytes()),
        verdicts,
        tables.stream().flatMap(table -> binds(table, serving, counts).stream()).toList(),
        backends(serving, counters));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
