package io.lbdirector.admin;

import io.lbdirector.director.BalanceReport;
import io.lbdirector.director.BalanceReport.Deviation;
import io.lbdirector.director.BpfReport;
import io.lbdirector.director.BpfReport.BpfObjectReport;
import io.lbdirector.director.DirectorControl;
import io.lbdirector.forwarding.IpAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A director that serves one made-up config, and answers a reload as it is told to. Public fields
 * are knobs, to be set before a request is sent.
 */
public final class FakeDirector implements DirectorControl {
  private static final TableChange CHANGE =
      new TableChange(
          "web",
          "changed",
          "gue",
          List.of("10.0.1.14"),
          List.of("10.0.1.13"),
          List.of("10.0.1.12 active to draining"),
          List.of(),
          List.of("tcp 203.0.113.10:8080"),
          21_845,
          21_800,
          21_840,
          5);

  public volatile CompletableFuture<ReloadReport> reloadAnswer =
      CompletableFuture.completedFuture(reloaded(8, true, List.of()));
  public volatile CompletableFuture<StatusReport> statusAnswer =
      CompletableFuture.completedFuture(status(List.of()));
  public volatile Readiness readiness = new Readiness(true, "forwarding");
  public volatile String reloadedToml;
  public volatile String reloadedName;
  public volatile Optional<Duration> confirmWithin;
  public volatile CompletableFuture<PlanReport> planAnswer =
      CompletableFuture.completedFuture(
          new PlanReport(
              true, 21_845, 21_800, 21_840, 5, Optional.of(33.3), List.of(CHANGE), List.of()));
  public volatile String plannedToml;
  public volatile boolean rolledBack;
  public volatile boolean confirmed;
  public volatile UnaryOperator<TableReport> tableAnswer = UnaryOperator.identity();
  public volatile UnaryOperator<HealthReport> healthAnswer = UnaryOperator.identity();
  public volatile UnaryOperator<BpfReport> bpfAnswer = UnaryOperator.identity();
  public volatile UnaryOperator<CountersReport> countersAnswer = UnaryOperator.identity();
  public volatile UnaryOperator<OutcomesReport> outcomesAnswer = UnaryOperator.identity();
  public volatile RuntimeException eventsFailure;

  /** Run on the thread that begins to listen. */
  public volatile Runnable onListen = () -> {};

  private final List<Event> told = new ArrayList<>();
  private final List<Consumer<Event>> listeners = new ArrayList<>();
  public volatile CompletableFuture<StateReport> stateAnswer =
      CompletableFuture.completedFuture(
          new StateReport(
              8,
              true,
              "web",
              "10.0.1.12",
              "draining",
              Optional.empty(),
              "active",
              21_845,
              List.of()));

  /** Table, address, state and who asked, as they came. */
  public volatile String stateAsked;

  public static StatusReport status(List<String> warnings) {
    return new StatusReport(
        "0.1.0",
        "default",
        4242,
        7,
        "/etc/lb/forwarding.toml",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:06Z",
        true,
        true,
        "forwarding",
        1,
        2,
        3,
        List.of(
            new InterfaceReport(
                "eth0",
                2,
                "native",
                true,
                1500,
                "02:00:00:00:00:02",
                "10.0.0.1",
                "02:00:00:00:00:01",
                "reachable",
                "",
                "",
                "unused"),
            new InterfaceReport(
                "eth1",
                3,
                "generic",
                false,
                9000,
                "02:00:00:00:00:03",
                "",
                "",
                "unknown",
                "2001:db8::1",
                "02:00:00:00:06:01",
                "stale")),
        List.of(
            new OverrideReport(
                "web",
                "10.0.1.12",
                "draining",
                Optional.empty(),
                Optional.empty(),
                "active",
                "2026-01-02T04:05:06Z",
                "root"),
            new OverrideReport(
                "web",
                "10.0.1.21",
                "filling",
                Optional.of(10),
                Optional.of(300L),
                "active",
                "2026-01-02T04:05:07Z",
                "uid 1000")),
        "",
        warnings);
  }

  /** What a reload did that moved a third of the rows of one table. */
  public static ReloadReport reloaded(long generation, boolean changed, List<String> warnings) {
    return new ReloadReport(
        generation,
        changed,
        2,
        21_845,
        21_800,
        21_840,
        5,
        Optional.of(33.3),
        List.of(CHANGE),
        "",
        warnings);
  }

  public static final TableReport WEB =
      new TableReport(
          "web",
          "balanced",
          "gue",
          2,
          List.of("src_addr", "src_port"),
          "0123456789abcdef".repeat(4),
          3,
          new BalanceReport(
              Optional.of(2.0),
              false,
              Optional.of(2.0),
              Optional.of(new Deviation("10.0.1.11", 29_500, 1.9)),
              Optional.of(new Deviation("10.0.1.13", 28_336, -2.1))),
          List.of(
              new BindReport("tcp 203.0.113.10:80", "web", 1_234_567, 1_234_567_890L),
              new BindReport("tcp [2001:db8:113::10]:80", "web", 0, 0)),
          List.of(
              new TableBackendReport(
                  "10.0.1.11",
                  "active",
                  Optional.empty(),
                  "active",
                  "up",
                  1,
                  Optional.empty(),
                  29_500,
                  45.013,
                  44.167),
              new TableBackendReport(
                  "10.0.1.12",
                  "draining",
                  Optional.empty(),
                  "active",
                  "up",
                  1,
                  Optional.empty(),
                  0,
                  0,
                  0),
              new TableBackendReport(
                  "10.0.1.13",
                  "active",
                  Optional.empty(),
                  "active",
                  "down",
                  1,
                  Optional.empty(),
                  28_336,
                  43.237,
                  44.167),
              new TableBackendReport(
                  "10.0.1.21",
                  "filling",
                  Optional.of(35),
                  "active",
                  "unknown",
                  1,
                  Optional.empty(),
                  7_700,
                  11.749,
                  11.667)));

  private static final Map<String, Counter> OUTCOMES =
      Map.of("known", new Counter(1000, 100_000), "syn", new Counter(10, 600));

  private static final BpfReport BPF =
      new BpfReport(
          "/sys/fs/bpf/lb/default",
          "layout-7",
          List.of(
              unmapped("links/eth0/native", "link", 3, "", "on eth0"),
              unmapped("layout-7/program", "program", 34, "lb_director", "attached"),
              map("layout-7/lb_tables", 51, "lb_tables", "array_of_maps", 4096, ""),
              map("layout-7/tables/12", 77, "lb_table", "array", 65_536, "table web"),
              map("layout-6/lb_tables", 23, "lb_tables", "array_of_maps", 1024, "other layout")),
          Optional.of(List.of()));

  private static BpfObjectReport unmapped(
      String pin, String kind, int id, String name, String use) {
    boolean link = kind.equals("link");
    return new BpfObjectReport(
        pin,
        kind,
        id,
        name,
        "xdp",
        link ? Optional.empty() : Optional.of("0123456789abcdef"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        link ? Optional.empty() : Optional.of(28_672L),
        use);
  }

  /** A map without a pin has an empty one. */
  public static BpfObjectReport map(
      String pin, int id, String name, String type, int entries, String use) {
    return new BpfObjectReport(
        pin,
        "map",
        id,
        name,
        type,
        Optional.empty(),
        Optional.of(entries),
        Optional.of(4),
        Optional.of(16),
        Optional.of(false),
        Optional.of(entries * 16L),
        use);
  }

  private static final HealthReport HEALTH =
      new HealthReport(
          false,
          0,
          List.of(
              new TableHealthReport(
                  "web",
                  50,
                  1,
                  false,
                  List.of(
                      new CheckReport(
                          "10.0.1.11",
                          "http :80/healthz",
                          "up",
                          "2026-01-02T03:04:05Z",
                          "200 in 3 ms",
                          Optional.of(3_100L),
                          40),
                      new CheckReport(
                          "10.0.1.12",
                          "http :80/healthz",
                          "unknown",
                          "2026-01-02T03:04:05Z",
                          "",
                          Optional.empty(),
                          0),
                      new CheckReport(
                          "10.0.1.13",
                          "http :80/healthz",
                          "down",
                          "2026-01-02T03:04:05Z",
                          "connection refused",
                          Optional.empty(),
                          7)))));

  private static final List<BackendReport> BACKENDS =
      List.of(
          new BackendReport("10.0.1.11", 1, List.of("web"), "up", 1_000_000, 1_000_000_000L),
          new BackendReport("10.0.1.12", 2, List.of("web", "stream"), "unknown", 234_567, 999));

  @Override
  public CompletionStage<ReloadReport> reload(
      byte[] toml, String name, Optional<Duration> confirm) {
    reloadedToml = new String(toml, StandardCharsets.UTF_8);
    reloadedName = name;
    confirmWithin = confirm;
    return reloadAnswer;
  }

  @Override
  public CompletionStage<PlanReport> plan(byte[] toml, String name) {
    plannedToml = new String(toml, StandardCharsets.UTF_8);
    return planAnswer;
  }

  @Override
  public CompletionStage<ReloadReport> rollback() {
    rolledBack = true;
    return reloadAnswer;
  }

  @Override
  public CompletionStage<StatusReport> confirm() {
    confirmed = true;
    return statusAnswer;
  }

  @Override
  public CompletionStage<HealthReport> health() {
    return CompletableFuture.completedFuture(healthAnswer.apply(HEALTH));
  }

  @Override
  public CompletionStage<BpfReport> bpf() {
    return CompletableFuture.completedFuture(bpfAnswer.apply(BPF));
  }

  @Override
  public CompletionStage<OutcomesReport> outcomes(String table, IpAddress backend) {
    return CompletableFuture.completedFuture(
        outcomesAnswer.apply(new OutcomesReport(table, backend.toString(), true, OUTCOMES)));
  }

  @Override
  public CompletionStage<MetricsReport> metrics() {
    return CompletableFuture.completedFuture(
        new MetricsReport(
            statusAnswer.join(),
            List.of(WEB),
            counted(),
            HEALTH,
            Map.of(
                "published", new ReloadStats(3, 0.45),
                "unchanged", new ReloadStats(1, 0.01),
                "refused", new ReloadStats(2, 0.02)),
            "2026-01-02T03:04:06Z"));
  }

  @Override
  public synchronized EventSubscription events(long after, Consumer<Event> listener) {
    if (eventsFailure != null) {
      throw eventsFailure;
    }
    told.stream().filter(event -> event.id() > after).forEach(listener);
    listeners.add(listener);
    onListen.run();
    return () -> forget(listener);
  }

  private synchronized void forget(Consumer<Event> listener) {
    listeners.remove(listener);
  }

  /** Has everyone who listens hear of an event, and who asks later too. */
  public synchronized void tell(Event event) {
    told.add(event);
    listeners.forEach(listener -> listener.accept(event));
  }

  /** The next event of a made-up life. */
  public synchronized Event tell(String type, String message) {
    long id = told.size() + 1L;
    Event event =
        new Event(
            id, "2026-01-02T03:04:05Z", type, message, Map.of("generation", id, "table", "web"));
    tell(event);
    return event;
  }

  private static String text(StateOrder order) {
    String share = order.share().isPresent() ? " " + order.share().getAsInt() + "%" : "";
    return order.state() + share + order.over().map(over -> " over " + over.toSeconds()).orElse("");
  }

  public synchronized int listeners() {
    return listeners.size();
  }

  @Override
  public CompletionStage<StateReport> setState(
      String table, IpAddress backend, Optional<StateOrder> order, String by) {
    stateAsked =
        table + " " + backend + " " + order.map(FakeDirector::text).orElse("FILE") + " " + by;
    return stateAnswer;
  }

  @Override
  public CompletionStage<StatusReport> status() {
    return statusAnswer;
  }

  @Override
  public CompletionStage<List<TableReport>> tables() {
    return CompletableFuture.completedFuture(List.of(WEB));
  }

  @Override
  public CompletionStage<Optional<TableReport>> table(String name) {
    return CompletableFuture.completedFuture(
        name.equals("web") ? Optional.of(tableAnswer.apply(WEB)) : Optional.empty());
  }

  @Override
  public CompletionStage<List<BackendReport>> backends() {
    return CompletableFuture.completedFuture(BACKENDS);
  }

  @Override
  public CompletionStage<CountersReport> counters() {
    return CompletableFuture.completedFuture(countersAnswer.apply(counted()));
  }

  private static CountersReport counted() {
    Map<String, VerdictCounter> verdicts = new LinkedHashMap<>();
    verdicts.put(
        "tx_ipv4", new VerdictCounter(1_234_567, 1_234_567_890L, true, "Encapsulated and sent."));
    verdicts.put(
        "drop_no_row",
        new VerdictCounter(
            3, 180, false, "The table has no row for this hash, so there is nobody to send to."));
    verdicts.put("pass_no_bind", new VerdictCounter(0, 0, true, "Not for one of our binds."));
    return new CountersReport(
        7, new Counter(1_234_570, 1_234_568_070L), verdicts, WEB.binds(), BACKENDS);
  }

  @Override
  public Readiness readiness() {
    return readiness;
  }
}
