package io.lbdirector.director;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.ConfigSource;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.Attachments.Attached;
import io.lbdirector.dataplane.CounterReader;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.dataplane.DataPlaneSwap;
import io.lbdirector.dataplane.SwapStep;
import io.lbdirector.director.Overrides.Key;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.HealthChecks;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of the truth. Changes are made one by one, in the order in which they were asked for:
 * the builder's thread works out what shall be live ({@link Changes}), the owner's makes it live
 * ({@link Publisher}) and answers questions meanwhile.
 *
 * <p>A change is a transaction: parse and build, then {@link DataPlaneSwap}. Whatever fails on the
 * way, what was live stays live.
 */
public final class Director implements DirectorControl, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Director.class);

  /** How long news of health are gathered before rows follow them. */
  private static final Duration GATHER = Duration.ofMillis(50);

  /** How often the counters of tables are looked at. */
  private static final Duration SAMPLE = Duration.ofSeconds(10);

  private final DirectorConfig started;
  private final ConfigSource source;
  private final DataPlane plane;
  private final HealthChecks health;
  private final BackendOutcomes outcomes;
  private final Clock clock;
  private final Consumer<Readiness> onReadiness;
  private final Reports reports;
  private final EventLog events;
  private final ReloadLog reloads;
  private final OwnerThread owner = new OwnerThread("lb-director");
  private final OwnerThread builder = new OwnerThread("lb-builder");
  private final AtomicBoolean gathering = new AtomicBoolean();

  // Confined to builder.
  private final Changes changes;

  // Confined to owner.
  private final Ports ports;
  private final Egress egress;
  private final Publisher publisher;
  private final TrafficSampler traffic;
  private final NarrowNews narrow;
  private List<Attached> attached = List.of();
  private boolean frozen;
  private Optional<String> degraded = Optional.empty();

  private volatile Readiness readiness = new Readiness(false, "starting");

  /**
   * What the director works with, and does not close.
   *
   * @param gateways told which gateways to follow, on the director's thread; {@link #portChanged}
   *     is the answer
   * @param routes told which backends to find next hops to, likewise; {@link #egressChanged} is the
   *     answer
   * @param health told what to check; {@link #healthChanged} is the answer
   * @param onConfig told of every config that goes live, on the director's thread
   * @param onReadiness told of every change of readiness, on the director's thread
   */
  public record Surroundings(
      DataPlane plane,
      Consumer<GatewayTrackerSettings> gateways,
      Consumer<EgressSettings> routes,
      HealthChecks health,
      BackendOutcomes outcomes,
      Consumer<DirectorConfig> onConfig,
      Consumer<Readiness> onReadiness,
      Clock clock) {}

  /**
   * @param started the config that the daemon was started with: what it holds on to
   * @param file what {@code started} was read from
   */
  public Director(DirectorConfig started, ConfigSource file, Surroundings surroundings) {
    this(
        started,
        file,
        surroundings,
        SwapStep.Observer.NONE,
        DirectorPace.USUAL,
        new StateFolder(started.director().stateDir(), started.director().instance()));
  }

  Director(
      DirectorConfig started,
      ConfigSource file,
      Surroundings surroundings,
      SwapStep.Observer observer,
      DirectorPace pace,
      StateFolder state) {
    DirectorConfig.Director director = started.director();
    this.started = started;
    this.source = file;
    this.plane = surroundings.plane();
    this.health = surroundings.health();
    this.outcomes = surroundings.outcomes();
    this.clock = surroundings.clock();
    this.onReadiness = surroundings.onReadiness();
    this.reports = new Reports(director.instance(), file.name(), clock.instant());
    this.events = new EventLog(clock);
    this.reloads = new ReloadLog(clock, events);
    this.ports = new Ports(plane, director.interfaces().get(0), Families.of(director));
    this.egress = new Egress(plane);
    this.publisher =
        new Publisher(
            started,
            new DataPlaneSwap(plane, observer),
            clock,
            ports,
            egress,
            plane.isReplacing(),
            surroundings.gateways(),
            surroundings.routes(),
            config -> {
              surroundings.onConfig().accept(config);
              refreshReadiness();
            });
    this.traffic = new TrafficSampler(() -> publisher.served(), new CounterReader(plane));
    this.narrow = new NarrowNews(new CounterReader(plane)::narrow, events, clock);
    this.changes =
        new Changes(
            started,
            builder,
            owner,
            publisher,
            traffic::shares,
            health,
            events,
            reloads,
            clock,
            pace,
            state,
            plane.pins().layoutName());
  }

  /**
   * Makes the config of the start live, or finds that it is live already.
   *
   * @throws RefusedException if the kernel refuses; what was live stays live
   */
  public void start() {
    start(TablesAhead.of(started));
  }

  /**
   * Like {@link #start()}, with tables that are being built already.
   *
   * @param ahead of the config of the start
   */
  public void start(TablesAhead ahead) {
    Failures.join(
        builder.ask(
            () -> {
              changes.start(source, plane, ahead);
              return null;
            }));
    sampleTraffic();
  }

  /** Again and again; until the close. */
  private void sampleTraffic() {
    owner.tellLater(
        SAMPLE,
        () -> {
          sampleTraffic();
          traffic.tick();
          narrow.tick(publisher.served().candidate().backends());
        });
  }

  /**
   * The interfaces that the program is on; from here on the director may become ready.
   *
   * @param interfaces each of which {@link #portChanged} has told of
   */
  public void attached(List<Attached> interfaces) {
    owner.execute(
        () -> {
          attached = List.copyOf(interfaces);
          refreshReadiness();
        });
  }

  /**
   * Takes note of how frames leave an interface, and tells the program. From any thread; does
   * nothing after the close.
   */
  public void portChanged(PortState port) {
    owner.tell(
        () -> {
          try {
            ports.take(port);
          } finally {
            freezeWithoutCarrier();
            refreshReadiness();
          }
        });
  }

  /**
   * Takes note of where packets can leave to, and tells the program. From any thread; does nothing
   * after the close.
   */
  public void egressChanged(EgressState state) {
    owner.tell(
        () -> {
          egress.take(state);
          refreshReadiness();
        });
  }

  /** What cannot be sent proves nothing about those who do not answer. */
  private void freezeWithoutCarrier() {
    boolean cut = ports.all().stream().noneMatch(PortState::up);
    if (cut != frozen) {
      frozen = cut;
      health.freeze(cut);
    }
  }

  /** The health of something has changed. From any thread; does nothing after the close. */
  public void healthChanged() {
    if (gathering.compareAndSet(false, true)) {
      builder.tellLater(
          GATHER,
          () -> {
            gathering.set(false);
            changes.follow();
          });
    }
  }

  /**
   * What is live goes on, though it is not what the daemon was started with. It counts as not ready
   * until a reload goes live.
   *
   * @param reason a sentence
   */
  public void degraded(String reason) {
    owner.execute(
        () -> {
          degraded = Optional.of(reason);
          refreshReadiness();
        });
  }

  private void refreshReadiness() {
    Readiness now =
        ReadinessRules.of(
            publisher.serving().map(Serving::candidate), attached, ports, egress, degraded);
    if (!now.equals(readiness)) {
      readiness = now;
      LOG.atInfo()
          .addKeyValue("ready", now.ready())
          .addKeyValue("reason", now.reason())
          .log("readiness");
      events.add(
          "readiness",
          (now.ready() ? "ready: " : "not ready: ") + now.reason(),
          Map.of("ready", now.ready(), "reason", now.reason()));
      onReadiness.accept(now);
    }
  }

  @Override
  public CompletionStage<ReloadReport> reload(
      byte[] toml, String name, Optional<Duration> confirm) {
    ConfigSource posted = ConfigSource.posted(toml, name);
    return publishing(name, () -> changes.reload(posted, confirm));
  }

  /** Reloads the file that the daemon was started with. */
  public CompletionStage<ReloadReport> reload(Path file) {
    return publishing(
        file.toString(),
        () -> {
          try {
            return changes.reload(ConfigLoader.source(file), Optional.empty());
          } catch (ConfigException e) {
            throw LoadedConfig.refused(file.toString(), e);
          }
        });
  }

  @Override
  public CompletionStage<ReloadReport> rollback() {
    return publishing("the one before", changes::rollback);
  }

  private CompletionStage<ReloadReport> publishing(String name, Supplier<ReloadReport> reload) {
    long begun = System.nanoTime();
    return builder
        .ask(reload)
        .whenCompleteAsync(
            (report, failure) -> {
              reloads.note(report, failure, name, begun);
              if (failure == null) {
                degraded = Optional.empty();
                refreshReadiness();
              }
            },
            owner);
  }

  @Override
  public CompletionStage<PlanReport> plan(byte[] toml, String name) {
    return builder.ask(() -> changes.plan(ConfigSource.posted(toml, name)));
  }

  @Override
  public CompletionStage<StatusReport> confirm() {
    return builder
        .ask(
            () -> {
              changes.confirm();
              LOG.info("reload confirmed");
              events.add("confirm", "the reload is confirmed", Map.of());
              return null;
            })
        .thenCompose(nothing -> status());
  }

  @Override
  public CompletionStage<StateReport> setState(
      String table, IpAddress backend, Optional<StateOrder> order, String by) {
    Key key = new Key(table, backend);
    return builder
        .ask(() -> changes.setState(key, order, by))
        .whenCompleteAsync((report, failure) -> logState(report, failure, key, order, by), owner);
  }

  private void logState(
      StateReport report, Throwable failure, Key key, Optional<StateOrder> order, String by) {
    if (failure != null) {
      LOG.atWarn()
          .addKeyValue("table", key.table())
          .addKeyValue("backend", key.backend())
          .addKeyValue("by", by)
          .addKeyValue("reason", reason(Failures.unwrap(failure)))
          .log("state refused");
      return;
    }
    LOG.atInfo()
        .addKeyValue("table", key.table())
        .addKeyValue("backend", key.backend())
        .addKeyValue("state", StateReports.words(report, order))
        .addKeyValue("by", by)
        .addKeyValue("generation", report.generation())
        .addKeyValue("rows_moved", report.rowsMoved())
        .log("state set");
    events.add(
        "state",
        "%s of %s is %s, by %s"
            .formatted(key.backend(), key.table(), StateReports.words(report, order), by),
        StateReports.details(report, order, by));
  }

  /** With every problem: after a SIGHUP the log is the only place that tells. */
  static String reason(RuntimeException failure) {
    return failure instanceof RefusedException refused
        ? refused.problems().stream()
            .map(ProblemReport::message)
            .collect(Collectors.joining("; ", refused.getMessage() + ": ", ""))
        : failure.getMessage();
  }

  @Override
  public CompletionStage<StatusReport> status() {
    return owner.ask(this::statusNow);
  }

  private StatusReport statusNow() {
    return reports.status(publisher.served(), attached, ports, readiness, changes.confirmBy());
  }

  @Override
  public CompletionStage<List<TableReport>> tables() {
    return owner.ask(() -> reports.tables(publisher.served(), new CounterReader(plane)));
  }

  @Override
  public CompletionStage<Optional<TableReport>> table(String name) {
    return owner.ask(() -> reports.table(name, publisher.served(), new CounterReader(plane)));
  }

  @Override
  public CompletionStage<List<BackendReport>> backends() {
    return owner.ask(() -> reports.backends(publisher.served(), new CounterReader(plane)));
  }

  @Override
  public CompletionStage<CountersReport> counters() {
    return owner.ask(() -> reports.counters(publisher.served(), new CounterReader(plane)));
  }

  @Override
  public CompletionStage<HealthReport> health() {
    return owner.ask(this::healthNow);
  }

  private HealthReport healthNow() {
    return HealthReports.of(publisher.served().candidate(), health, frozen);
  }

  @Override
  public CompletionStage<BpfReport> bpf() {
    return owner.ask(() -> BpfReports.of(plane.pins(), publisher.served()));
  }

  @Override
  public CompletionStage<MetricsReport> metrics() {
    return owner.ask(
        () ->
            new MetricsReport(
                statusNow(),
                reports.tables(publisher.served(), new CounterReader(plane)),
                reports.counters(publisher.served(), new CounterReader(plane)),
                healthNow(),
                reloads.stats(),
                reloads.lastPublished()));
  }

  @Override
  public CompletionStage<OutcomesReport> outcomes(String table, IpAddress backend) {
    Key key = new Key(table, backend);
    return owner
        .ask(
            () -> {
              Candidate candidate = publisher.served().candidate();
              if (StateReports.inFile(key, candidate).isEmpty()) {
                throw StateReports.unknown(key, candidate.config());
              }
              return OutcomeReports.vips(candidate.config(), table);
            })
        .thenCompose(vips -> OutcomeReports.ask(key, vips, outcomes));
  }

  @Override
  public EventSubscription events(long after, Consumer<Event> listener) {
    return events.subscribe(after, listener);
  }

  @Override
  public Readiness readiness() {
    return readiness;
  }

  /** Ends the threads. What is live goes on forwarding. */
  @Override
  public void close() {
    builder.close();
    owner.close();
  }
}
