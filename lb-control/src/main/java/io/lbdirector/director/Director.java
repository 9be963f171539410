package io.lbdirector.director;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.PortLayout;
import io.lbdirector.bpf.BpfException;
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
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of the truth. One thread applies every change, in the order in which it was asked for;
 * files are parsed and rows are built on another, so that questions are answered meanwhile.
 *
 * <p>A reload is a transaction: parse and build, then {@link DataPlaneSwap}. Whatever fails on the
 * way, what was live stays live.
 */
public final class Director implements DirectorControl, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Director.class);

  private final DirectorConfig started;
  private final DataPlane plane;
  private final DataPlaneSwap swap;
  private final Clock clock;
  private final Consumer<Readiness> onReadiness;
  private final Reports reports;
  private final OwnerThread owner = new OwnerThread("lb-director");
  private final OwnerThread builder = new OwnerThread("lb-builder");
  private final TableBuilder tables = new TableBuilder(); // confined to builder

  // Confined to owner.
  private final Map<String, PortState> ports = new LinkedHashMap<>();
  private List<Attached> attached = List.of();
  private Serving serving;

  private volatile Readiness readiness = new Readiness(false, "starting");
  private volatile Consumer<DirectorConfig> onConfig = config -> {};

  /**
   * @param started the config that the daemon was started with: what it holds on to
   * @param plane not closed by the director
   * @param onReadiness told of every change of readiness, on the director's thread
   */
  public Director(
      DirectorConfig started, DataPlane plane, Clock clock, Consumer<Readiness> onReadiness) {
    this.started = started;
    this.plane = plane;
    this.swap = new DataPlaneSwap(plane, SwapStep.Observer.NONE);
    this.clock = clock;
    this.onReadiness = onReadiness;
    this.reports = new Reports(started.director().instance(), clock.instant());
    this.readiness = new Readiness(false, "starting");
  }

  /**
   * Makes the config of the start live, or finds that it is live already.
   *
   * @param source name of its file
   * @throws RefusedException if the kernel refuses; what was live stays live
   */
  public void start(String source) {
    join(
        builder
            .ask(() -> Candidate.of(started, tables.build(started)))
            .thenAcceptAsync(candidate -> takeOver(candidate, source), owner));
  }

  private void takeOver(Candidate candidate, String source) {
    LiveState live = LiveStateReader.read(plane);
    Transition transition = Transition.of(live, candidate.desired());
    boolean adopted = transition.changesNothing();
    List<String> warnings = new ArrayList<>(candidate.config().warnings());
    LiveState now = adopted ? live : swap(transition, warnings);
    serve(candidate, source, transition, now, adopted, warnings);
    LOG.info(
        "{} generation={} tables={} config={}",
        adopted ? "generation taken over" : "generation published",
        now.generation(),
        candidate.rows().size(),
        source);
  }

  private void serve(
      Candidate candidate,
      String source,
      Transition transition,
      LiveState live,
      boolean adopted,
      List<String> warnings) {
    serving =
        new Serving(
            candidate,
            source,
            live,
            transition.statsOfBinds(),
            clock.instant(),
            adopted,
            List.copyOf(warnings));
    onConfig.accept(candidate.config());
    refreshReadiness();
  }

  private LiveState swap(Transition transition, List<String> warnings) {
    try {
      return swap.apply(transition);
    } catch (DataPlaneSwap.RetireException e) {
      warnings.add(e.getMessage());
      LOG.warn("retire failed generation={}", e.live().generation(), e);
      return e.live();
    } catch (BpfException | IllegalStateException e) {
      throw new RefusedException(
          "the kernel refused the new generation; nothing has changed",
          List.of(new ProblemReport(0, "", e.getMessage())),
          e);
    }
  }

  /** The interfaces that the program is on; from here on the director may become ready. */
  public void attached(List<Attached> interfaces) {
    owner.execute(
        () -> {
          attached = List.copyOf(interfaces);
          refreshReadiness();
        });
  }

  /**
   * @param listener told of every config that goes live, on the director's thread
   */
  public void onConfig(Consumer<DirectorConfig> listener) {
    onConfig = listener;
  }

  /** Takes note of how frames leave an interface, and tells the program. From any thread. */
  public void portChanged(PortState port) {
    owner.execute(
        () -> {
          PortState before = ports.put(port.name(), port);
          if (before == null || before.ifindex() != port.ifindex() || !samePort(before, port)) {
            writePort(port);
          }
          refreshReadiness();
        });
  }

  private static boolean samePort(PortState before, PortState after) {
    return Arrays.equals(encode(before), encode(after));
  }

  private static byte[] encode(PortState port) {
    return PortLayout.encode(port.mac(), port.gatewayMac(), port.gateway6Mac(), port.mtu());
  }

  private void writePort(PortState port) {
    plane.setPort(port.ifindex(), encode(port));
    if (port.name().equals(started.director().interfaces().get(0))) {
      plane.setPort(Abi.DEFAULT_PORT, encode(port));
    }
    LOG.info(
        "port interface={} mac={} gateway_mac={} gateway6_mac={} mtu={}",
        port.name(),
        port.mac(),
        port.gatewayMac().map(Object::toString).orElse("unknown"),
        port.gateway6Mac().map(Object::toString).orElse("unknown"),
        port.mtu());
  }

  /** What is live; refuses while nothing is yet, for the admin socket opens before. */
  private Serving serving() {
    if (serving == null) {
      String message = "lbd is starting; ask again in a moment";
      throw new RefusedException(message, List.of(new ProblemReport(0, "", message)), null);
    }
    return serving;
  }

  private void refreshReadiness() {
    Readiness now = new Readiness(missing().isEmpty(), missing().orElse("forwarding"));
    if (!now.equals(readiness)) {
      readiness = now;
      LOG.info("readiness ready={} reason=\"{}\"", now.ready(), now.reason());
      onReadiness.accept(now);
    }
  }

  /** What is missing for packets to be forwarded. */
  private Optional<String> missing() {
    if (serving == null) {
      return Optional.of("no generation is live yet");
    }
    if (attached.isEmpty()) {
      return Optional.of("the program is not attached yet");
    }
    List<PortState> up = ports.values().stream().filter(PortState::up).toList();
    if (up.isEmpty()) {
      return Optional.of("no interface has a carrier");
    }
    DirectorConfig.Director director = serving.candidate().config().director();
    return up.stream()
        .filter(
            p ->
                director.sourceIp().isPresent() && p.gatewayMac().isEmpty()
                    || director.sourceIp6().isPresent() && p.gateway6Mac().isEmpty())
        .findFirst()
        .map(p -> "the gateway's MAC on " + p.name() + " is not known yet");
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
        .ask(() -> build(loader, name))
        .thenApplyAsync(candidate -> publish(candidate, name), owner)
        .whenComplete((report, failure) -> logReload(report, failure, name));
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

  private Candidate build(Callable<DirectorConfig> loader, String name) {
    DirectorConfig config = load(loader, name);
    List<ProblemReport> fixed = FixedKeys.changed(started, config, name);
    if (!fixed.isEmpty()) {
      throw new RefusedException(name + " changes what only a restart can change", fixed, null);
    }
    return Candidate.of(config, tables.build(config));
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

  private ReloadReport publish(Candidate candidate, String source) {
    Transition transition = Transition.of(serving().live(), candidate.desired());
    List<String> warnings = new ArrayList<>(candidate.config().warnings());
    boolean changes = !transition.changesNothing();
    LiveState live = changes ? swap(transition, warnings) : serving.live();
    long moved = candidate.rowsMovedFrom(serving.candidate());
    if (changes) {
      serve(candidate, source, transition, live, false, warnings);
    } else {
      onConfig.accept(candidate.config());
    }
    return new ReloadReport(
        live.generation(), changes, transition.newTables().size(), moved, warnings);
  }

  @Override
  public CompletionStage<StatusReport> status() {
    return owner.ask(() -> reports.status(serving(), attached, ports, readiness));
  }

  @Override
  public CompletionStage<List<TableReport>> tables() {
    return owner.ask(() -> reports.tables(serving(), new CounterReader(plane)));
  }

  @Override
  public CompletionStage<Optional<TableReport>> table(String name) {
    return tables().thenApply(all -> all.stream().filter(t -> t.name().equals(name)).findFirst());
  }

  @Override
  public CompletionStage<List<BackendReport>> backends() {
    return owner.ask(() -> reports.backends(serving(), new CounterReader(plane)));
  }

  @Override
  public CompletionStage<CountersReport> counters() {
    return owner.ask(() -> reports.counters(serving(), new CounterReader(plane)));
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

  private static void join(CompletionStage<Void> stage) {
    try {
      stage.toCompletableFuture().join();
    } catch (RuntimeException e) {
      throw Failures.unwrap(e);
    }
  }
}
