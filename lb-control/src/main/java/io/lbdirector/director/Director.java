package io.lbdirector.director;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.Attachments.Attached;
import io.lbdirector.dataplane.CounterReader;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.dataplane.DataPlaneSwap;
import io.lbdirector.dataplane.LiveState;
import io.lbdirector.dataplane.LiveStateReader;
import io.lbdirector.dataplane.SwapStep;
import io.lbdirector.dataplane.Transition;
import io.lbdirector.director.Overrides.Key;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.IpFamily;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of the truth. Changes are made one by one, in the order in which they were asked for:
 * one thread parses files and builds rows, another publishes them, and answers questions meanwhile.
 *
 * <p>A change is a transaction: parse and build, then {@link DataPlaneSwap}. Whatever fails on the
 * way, what was live stays live.
 */
public final class Director implements DirectorControl, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Director.class);

  /** How long a reload waits for a gateway that nothing has been sent to yet. */
  private static final Duration GATEWAY_WAIT = Duration.ofSeconds(3);

  private final DirectorConfig started;
  private final DataPlane plane;
  private final DataPlaneSwap swap;
  private final Clock clock;
  private final Consumer<GatewayTrackerSettings> gateways;
  private final Consumer<Readiness> onReadiness;
  private final Duration gatewayWait;
  private final OverridesFile overridesFile;
  private final Reports reports;
  private final OwnerThread owner = new OwnerThread("lb-director");
  private final OwnerThread builder = new OwnerThread("lb-builder");
  private final TableBuilder tables = new TableBuilder(); // confined to builder

  // Confined to owner.
  private final Ports ports;
  private List<Attached> attached = List.of();
  private Optional<Serving> serving = Optional.empty();

  private volatile Readiness readiness = new Readiness(false, "starting");

  /**
   * @param started the config that the daemon was started with: what it holds on to
   * @param plane not closed by the director
   * @param gateways told which gateways to follow, on the director's thread; {@link #portChanged}
   *     is the answer
   * @param onReadiness told of every change of readiness, on the director's thread
   */
  public Director(
      DirectorConfig started,
      DataPlane plane,
      Clock clock,
      Consumer<GatewayTrackerSettings> gateways,
      Consumer<Readiness> onReadiness) {
    this(
        started,
        plane,
        clock,
        gateways,
        onReadiness,
        SwapStep.Observer.NONE,
        GATEWAY_WAIT,
        new OverridesFile(started.director().stateDir(), started.director().instance()));
  }

  Director(
      DirectorConfig started,
      DataPlane plane,
      Clock clock,
      Consumer<GatewayTrackerSettings> gateways,
      Consumer<Readiness> onReadiness,
      SwapStep.Observer observer,
      Duration gatewayWait,
      OverridesFile overridesFile) {
    DirectorConfig.Director director = started.director();
    this.started = started;
    this.plane = plane;
    this.swap = new DataPlaneSwap(plane, observer);
    this.clock = clock;
    this.gateways = gateways;
    this.onReadiness = onReadiness;
    this.gatewayWait = gatewayWait;
    this.overridesFile = overridesFile;
    this.reports = new Reports(director.instance(), clock.instant());
    this.ports = new Ports(plane, director.interfaces().get(0), Families.of(director));
  }

  /**
   * Makes the config of the start live, or finds that it is live already.
   *
   * @param source name of its file
   * @throws RefusedException if the kernel refuses; what was live stays live
   * @throws IllegalStateException if what is live, or the overrides on disk, cannot be read, saying
   *     where
   */
  public void start(String source) {
    Candidate candidate = Failures.join(builder.ask(() -> build(started, overridesFile.load())));
    LiveState live = Failures.join(owner.ask(() -> LiveStateReader.read(plane)));
    awaitGateways(owner.ask(() -> resolve(candidate, live)));
    Failures.join(owner.ask(() -> takeOver(candidate, live, source)));
  }

  private Serving takeOver(Candidate candidate, LiveState live, String source) {
    Transition transition = plan(live, candidate);
    boolean adopted = transition.changesNothing();
    List<String> warnings = new ArrayList<>(candidate.warnings());
    SilentGateways.warnings(coming(candidate, live), ports, started.director()).forEach(LOG::warn);
    LiveState now = swap(transition, warnings);
    Serving taken =
        new Serving(
            candidate,
            source,
            now,
            transition.statsOfBinds(),
            clock.instant(),
            adopted,
            List.copyOf(warnings));
    serve(taken);
    logWarnings(taken);
    LOG.info(
        "{} generation={} tables={} config={}",
        adopted ? "generation taken over" : "generation published",
        now.generation(),
        candidate.rows().size(),
        source);
    return taken;
  }

  private void serve(Serving now) {
    serving = Optional.of(now);
    follow(now.candidate());
    refreshReadiness();
  }

  private static void logWarnings(Serving now) {
    for (String warning : now.candidate().warnings()) {
      LOG.warn("config={} warning=\"{}\"", now.source(), warning);
    }
  }

  /** Follows the gateways of {@code candidate}, and no others. */
  private void follow(Candidate candidate) {
    ports.want(candidate.families());
    gateways.accept(GatewayTrackerSettings.of(candidate.config().director()));
  }

  private static Transition plan(LiveState live, Candidate candidate) {
    try {
      return Transition.of(live, candidate.desired());
    } catch (RuntimeException e) {
      throw refused("the new generation cannot be laid out beside the live one", e);
    }
  }

  private LiveState swap(Transition transition, List<String> warnings) {
    try {
      return swap.apply(transition);
    } catch (DataPlaneSwap.RetireException e) {
      warnings.add(e.getMessage());
      LOG.warn("retire failed generation={}", e.live().generation(), e);
      return e.live();
    } catch (RuntimeException e) {
      throw refused("the kernel refused the new generation", e);
    }
  }

  private static RefusedException refused(String what, RuntimeException cause) {
    String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new RefusedException(
        what + "; nothing has changed", List.of(new ProblemReport(0, "", why)), cause);
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
            refreshReadiness();
          }
        });
  }

  /** What is live; nothing is yet when the admin socket opens. */
  private Serving served() {
    return serving.orElseThrow(StartingException::new);
  }

  private void refreshReadiness() {
    Readiness now = ReadinessRules.of(serving.map(s -> s.candidate().families()), attached, ports);
    if (!now.equals(readiness)) {
      readiness = now;
      LOG.info("readiness ready={} reason=\"{}\"", now.ready(), now.reason());
      onReadiness.accept(now);
    }
  }

  @Override
  public CompletionStage<ReloadReport> reload(byte[] toml, String name) {
    return reload(() -> ConfigLoader.load(toml, name), name);
  }

  /** Reloads the file that the daemon was started with. */
  public CompletionStage<ReloadReport> reload(Path file) {
    return reload(() -> ConfigLoader.load(file), file.toString());
  }

  private CompletionStage<ReloadReport> reload(Callable<DirectorConfig> loader, String name) {
    return builder
        .ask(
            () -> {
              Serving before = now();
              Candidate candidate = prepare(loader, name, before);
              return Failures.join(owner.ask(() -> publishOrStay(candidate, name)));
            })
        .whenCompleteAsync((report, failure) -> logReload(report, failure, name), owner);
  }

  /** What is live, asked from the builder: nobody else changes it. */
  private Serving now() {
    return Failures.join(owner.ask(this::served));
  }

  @Override
  public CompletionStage<StateReport> setState(
      String table, IpAddress backend, Optional<BackendState> state, String by) {
    Key key = new Key(table, backend);
    return builder
        .ask(() -> change(key, state.map(s -> new Overrides.Entry(s, clock.instant(), by))))
        .whenCompleteAsync((report, failure) -> logState(report, failure, key, by), owner);
  }

  private StateReport change(Key key, Optional<Overrides.Entry> override) {
    Serving before = now();
    requireKnown(key, before);
    Overrides old = before.candidate().overrides();
    Overrides wanted = override.map(o -> old.with(key, o)).orElseGet(() -> old.without(key));
    Candidate candidate = build(before.candidate().config(), wanted);
    ReloadReport published = publishSaved(candidate, before);
    return StateReports.of(key, candidate, published);
  }

  /** An override whose backend no config has can still be undone. */
  private static void requireKnown(Key key, Serving serving) {
    Candidate candidate = serving.candidate();
    boolean known =
        candidate.overrides().all().containsKey(key)
            || StateReports.inFile(key, candidate).isPresent();
    if (!known) {
      throw StateReports.unknown(key, candidate.config());
    }
  }

  /** On disk before it is live, so that what is live is never lost by a crash. */
  private ReloadReport publishSaved(Candidate candidate, Serving before) {
    save(candidate.overrides());
    try {
      return Failures.join(owner.ask(() -> publishOrStay(candidate, before.source())));
    } catch (RuntimeException e) {
      overridesFile.save(before.candidate().overrides());
      throw e;
    }
  }

  private void save(Overrides overrides) {
    try {
      overridesFile.save(overrides);
    } catch (UncheckedIOException e) {
      throw refused("the state cannot be kept", e);
    }
  }

  private static void logState(StateReport report, Throwable failure, Key key, String by) {
    if (failure != null) {
      LOG.warn(
          "state refused table={} backend={} by=\"{}\" reason=\"{}\"",
          key.table(),
          key.backend(),
          by,
          reason(Failures.unwrap(failure)));
    } else {
      LOG.info(
          "state set table={} backend={} state={} by=\"{}\" generation={} rows_moved={}",
          key.table(),
          key.backend(),
          report.state(),
          by,
          report.generation(),
          report.rowsMoved());
    }
  }

  private static void logReload(ReloadReport report, Throwable failure, String name) {
    if (failure != null) {
      LOG.warn("reload refused config={} reason=\"{}\"", name, reason(Failures.unwrap(failure)));
    } else if (report.changed()) {
      LOG.info(
          "generation published generation={} tables_built={} rows_moved={} config={}",
          report.generation(),
          report.tablesBuilt(),
          report.rowsMoved(),
          name);
    } else {
      LOG.info("reload changes nothing generation={} config={}", report.generation(), name);
    }
  }

  /** With every problem: after a SIGHUP the log is the only place that tells. */
  private static String reason(RuntimeException failure) {
    return failure instanceof RefusedException refused
        ? refused.problems().stream()
            .map(ProblemReport::message)
            .collect(Collectors.joining("; ", refused.getMessage() + ": ", ""))
        : failure.getMessage();
  }

  /** All that is done before the owner is asked to publish. */
  private Candidate prepare(Callable<DirectorConfig> loader, String name, Serving before) {
    DirectorConfig config = load(loader, name);
    requireFixedKeys(config, name);
    Candidate candidate = build(config, before.candidate().overrides());
    awaitGateways(owner.ask(() -> resolve(candidate, before.live())));
    return candidate;
  }

  private void requireFixedKeys(DirectorConfig config, String name) {
    List<ProblemReport> fixed = FixedKeys.changed(started, config, name);
    if (!fixed.isEmpty()) {
      throw new RefusedException(name + " changes what only a restart can change", fixed, null);
    }
  }

  private Candidate build(DirectorConfig config, Overrides overrides) {
    return Candidate.of(config, overrides, tables.build(config, overrides));
  }

  /** Waits, not on the owner's thread, which is the one that hears from the gateways. */
  private void awaitGateways(CompletableFuture<CompletableFuture<Void>> resolved) {
    Failures.join(resolved.join().completeOnTimeout(null, gatewayWait.toNanos(), NANOSECONDS));
  }

  /**
   * Has the gateways found of families that packets do not go to yet, but will: once published, a
   * packet without a gateway's MAC is a packet lost. Those in use are followed as before.
   */
  private CompletableFuture<Void> resolve(Candidate candidate, LiveState live) {
    Set<IpFamily> coming = coming(candidate, live);
    if (coming.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    DirectorConfig running = serving.map(s -> s.candidate().config()).orElse(started);
    ports.want(Families.union(Families.of(running.director()), coming));
    gateways.accept(
        GatewayTrackerSettings.of(running.director())
            .or(GatewayTrackerSettings.of(candidate.config().director())));
    return ports.resolved(coming);
  }

  /** Families that packets will go to and now do not; none while no packet goes anywhere. */
  private static Set<IpFamily> coming(Candidate candidate, LiveState live) {
    return live.generation() == 0
        ? Set.of()
        : Families.minus(candidate.families(), Families.of(live.settings()));
  }

  private static DirectorConfig load(Callable<DirectorConfig> loader, String name) {
    try {
      return loader.call();
    } catch (ConfigException e) {
      List<ProblemReport> problems =
          e.problems().stream()
              .map(p -> new ProblemReport(p.line(), p.key(), p.toString()))
              .toList();
      throw new RefusedException(name + " cannot be used", problems, e);
    } catch (Exception e) {
      throw new IllegalStateException("cannot load " + name, e);
    }
  }

  private ReloadReport publishOrStay(Candidate candidate, String source) {
    Serving before = served();
    try {
      return publish(candidate, source, before);
    } catch (RuntimeException | Error e) {
      follow(before.candidate());
      throw e;
    }
  }

  private ReloadReport publish(Candidate candidate, String source, Serving before) {
    Transition transition = plan(before.live(), candidate);
    List<String> warnings = new ArrayList<>(candidate.warnings());
    boolean changes = !transition.changesNothing();
    List<String> silent =
        SilentGateways.warnings(
            coming(candidate, before.live()), ports, candidate.config().director());
    LiveState live = swap(transition, warnings);
    List<String> kept = List.copyOf(warnings);
    serve(
        changes
            ? new Serving(
                candidate, source, live, transition.statsOfBinds(), clock.instant(), false, kept)
            : before.under(candidate, source, transition.statsOfBinds(), kept));
    if (candidate.config() != before.candidate().config()) {
      logWarnings(served());
    }
    warnings.addAll(silent); // of this moment only: readiness tells how it goes on
    long moved = candidate.rowsMovedFrom(before.candidate());
    return new ReloadReport(
        live.generation(), changes, transition.newTables().size(), moved, warnings);
  }

  @Override
  public CompletionStage<StatusReport> status() {
    return owner.ask(() -> reports.status(served(), attached, ports, readiness));
  }

  @Override
  public CompletionStage<List<TableReport>> tables() {
    return owner.ask(() -> reports.tables(served(), new CounterReader(plane)));
  }

  @Override
  public CompletionStage<Optional<TableReport>> table(String name) {
    return owner.ask(() -> reports.table(name, served(), new CounterReader(plane)));
  }

  @Override
  public CompletionStage<List<BackendReport>> backends() {
    return owner.ask(() -> reports.backends(served(), new CounterReader(plane)));
  }

  @Override
  public CompletionStage<CountersReport> counters() {
    return owner.ask(() -> reports.counters(served(), new CounterReader(plane)));
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
