package io.lbdirector.cli;

import io.lbdirector.director.BalanceReport;
import io.lbdirector.director.BalanceReport.Deviation;
import io.lbdirector.director.BpfReport;
import io.lbdirector.director.BpfReport.BpfObjectReport;
import io.lbdirector.director.DirectorControl;
import io.lbdirector.director.DirectorControl.StateOrder;
import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A director whose every answer is as long as it can be. */
final class WideDirector implements DirectorControl {
  private static final String NAME = "n".repeat(64);
  private static final String ADDRESS = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff";
  private static final String SENTENCE = "Something that takes a lot of words to say. ".repeat(4);
  private static final String MAC = "02:ff:ff:ff:ff:ff";
  private static final long MANY = Long.MAX_VALUE;

  private static final BindReport BIND =
      new BindReport("any [" + ADDRESS + "/128]:10000-65535", NAME, MANY, MANY);
  private static final BackendReport BACKEND =
      new BackendReport(ADDRESS, 32_767, Collections.nCopies(9, NAME), "unknown", MANY, MANY);
  private static final TableReport TABLE =
      new TableReport(
          NAME,
          "rendezvous",
          "ipip",
          4,
          List.of("src_addr", "dst_addr", "src_port", "dst_port"),
          "f".repeat(64),
          8191,
          new BalanceReport(
              Optional.of(100.0),
              true,
              Optional.of(115.6),
              Optional.of(new Deviation(ADDRESS, 65_536, 6_553_500.0)),
              Optional.of(new Deviation(ADDRESS, 0, -100.0))),
          Collections.nCopies(3, BIND),
          List.of(
              new TableBackendReport(
                  ADDRESS,
                  "draining",
                  Optional.empty(),
                  "inactive",
                  "unknown",
                  1,
                  Optional.of(65_535),
                  0,
                  0,
                  0),
              new TableBackendReport(
                  ADDRESS,
                  "filling",
                  Optional.of(99),
                  "inactive",
                  "unknown",
                  65_535,
                  Optional.of(65_535),
                  65_536,
                  100,
                  100)));

  private static final TableChange CHANGE =
      new TableChange(
          NAME,
          "changed",
          "gue to ipip",
          Collections.nCopies(9, ADDRESS),
          Collections.nCopies(9, ADDRESS),
          Collections.nCopies(9, ADDRESS + " inactive to draining"),
          Collections.nCopies(9, BIND.bind()),
          Collections.nCopies(9, BIND.bind()),
          MANY,
          MANY,
          MANY,
          MANY);

  private static <T> CompletionStage<T> now(T answer) {
    return CompletableFuture.completedFuture(answer);
  }

  @Override
  public CompletionStage<ReloadReport> reload(
      byte[] toml, String name, Optional<Duration> confirm) {
    return now(
        new ReloadReport(
            MANY,
            true,
            4096,
            MANY,
            MANY,
            MANY,
            MANY,
            Optional.of(100.0),
            List.of(CHANGE),
            "2026-01-02T03:04:05Z",
            List.of(SENTENCE)));
  }

  @Override
  public CompletionStage<StateReport> setState(
      String table, IpAddress backend, Optional<StateOrder> order, String by) {
    return now(
        new StateReport(
            MANY,
            true,
            NAME,
            ADDRESS,
            "filling",
            Optional.of(99),
            "inactive",
            65_536,
            List.of(SENTENCE)));
  }

  @Override
  public CompletionStage<PlanReport> plan(byte[] toml, String name) {
    return now(
        new PlanReport(
            true, MANY, MANY, MANY, MANY, Optional.of(100.0), List.of(CHANGE), List.of(SENTENCE)));
  }

  @Override
  public CompletionStage<ReloadReport> rollback() {
    return reload(new byte[0], NAME, Optional.empty());
  }

  @Override
  public CompletionStage<StatusReport> confirm() {
    return status();
  }

  @Override
  public CompletionStage<HealthReport> health() {
    CheckReport check =
        new CheckReport(
            ADDRESS,
            "http [" + ADDRESS + "]:65535/healthz",
            "unknown",
            "2026-01-02T03:04:05Z",
            SENTENCE,
            Optional.of(MANY),
            2_000_000_000);
    return now(
        new HealthReport(
            true, MANY, List.of(new TableHealthReport(NAME, 50, 32_767, true, List.of(check)))));
  }

  @Override
  public CompletionStage<BpfReport> bpf() {
    BpfObjectReport map =
        new BpfObjectReport(
            "links/" + NAME + "/generic",
            "map",
            Integer.MAX_VALUE,
            NAME,
            "percpu_cgroup_storage",
            Optional.empty(),
            Optional.of(Integer.MAX_VALUE),
            Optional.of(4),
            Optional.of(4),
            Optional.of(true),
            Optional.of(MANY),
            SENTENCE);
    return now(new BpfReport("/" + NAME, NAME, List.of(map), Optional.of(List.of(map))));
  }

  @Override
  public CompletionStage<OutcomesReport> outcomes(String table, IpAddress backend) {
    return now(new OutcomesReport(NAME, ADDRESS, true, Map.of("known", new Counter(MANY, MANY))));
  }

  @Override
  public CompletionStage<MetricsReport> metrics() {
    throw new UnsupportedOperationException("not a question of width");
  }

  @Override
  public EventSubscription events(long after, Consumer<Event> listener) {
    throw new UnsupportedOperationException("not a question of width");
  }

  @Override
  public CompletionStage<StatusReport> status() {
    return now(
        new StatusReport(
            "10.11.12-SNAPSHOT",
            NAME,
            4_194_304,
            MANY,
            "/etc/" + "x".repeat(200),
            "2026-01-02T03:04:05.123456789Z",
            "2026-01-02T03:04:05.123456789Z",
            true,
            false,
            SENTENCE,
            4096,
            65_536,
            32_767,
            List.of(
                new InterfaceReport(
                    "enp129s0f1np1d7",
                    9,
                    "generic",
                    true,
                    65_535,
                    MAC,
                    ADDRESS,
                    MAC,
                    "permanent",
                    ADDRESS,
                    MAC,
                    "permanent")),
            List.of(
                new OverrideReport(
                    NAME,
                    ADDRESS,
                    "draining",
                    Optional.of(99),
                    Optional.of(86_400L),
                    "inactive",
                    "2026-01-02T03:04:05Z",
                    "uid 1000")),
            "2026-01-02T03:04:05Z",
            List.of(SENTENCE, SENTENCE)));
  }

  @Override
  public CompletionStage<List<TableReport>> tables() {
    return now(List.of(TABLE));
  }

  @Override
  public CompletionStage<Optional<TableReport>> table(String name) {
    return now(Optional.of(TABLE));
  }

  @Override
  public CompletionStage<List<BackendReport>> backends() {
    return now(List.of(BACKEND));
  }

  @Override
  public CompletionStage<CountersReport> counters() {
    return now(
        new CountersReport(
            MANY,
            new Counter(MANY, MANY),
            Map.of("drop_something_long_winded", new VerdictCounter(MANY, MANY, false, SENTENCE)),
            List.of(BIND),
            List.of(BACKEND)));
  }

  @Override
  public Readiness readiness() {
    return new Readiness(false, SENTENCE);
  }
}
