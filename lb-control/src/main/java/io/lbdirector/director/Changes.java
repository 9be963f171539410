package io.lbdirector.director;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.ConfigSource;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.LiveState;
import io.lbdirector.director.ConfirmationFile.Pending;
import io.lbdirector.director.DirectorControl.PlanReport;
import io.lbdirector.director.DirectorControl.ProblemReport;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.director.DirectorControl.StateReport;
import io.lbdirector.director.Overrides.Key;
import io.lbdirector.director.Publisher.Published;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.Health;
import io.lbdirector.health.HealthChecks;
import io.lbdirector.health.Target;
import io.lbdirector.health.TargetHealth;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works out what shall be live: of a config, the states set by hand and the health of backends. One
 * change at a time, each from what the last one left. Confined to the builder's thread, except
 * {@link #pending}.
 */
final class Changes {
  private static final Logger LOG = LoggerFactory.getLogger(Changes.class);
  private static final Duration HEALTH_RETRY = Duration.ofSeconds(1);

  private final DirectorConfig started;
  private final OwnerThread builder;
  private final OwnerThread owner;
  private final Publisher publisher; // asked on owner
  private final Supplier<TrafficShares> traffic; // asked on owner
  private final HealthChecks health;
  private final HealthNews news;
  private final ReloadLog reloads; // told on owner
  private final Clock clock;
  private final Duration gatewayWait;
  private final OverridesFile overridesFile;
  private final DownFile downFile;
  private final ConfirmationFile confirmationFile;
  private final TableBuilder tables = new TableBuilder();

  private Optional<Config> previous = Optional.empty();
  private volatile Optional<Pending> pending = Optional.empty();

  /** A config, and what it was read from. */
  private record Config(ConfigSource source, DirectorConfig config) {}

  Changes(
      DirectorConfig started,
      OwnerThread builder,
      OwnerThread owner,
      Publisher publisher,
      Supplier<TrafficShares> traffic,
      HealthChecks health,
      HealthNews news,
      ReloadLog reloads,
      Clock clock,
      Duration gatewayWait,
      StateFolder state) {
    this.started = started;
    this.builder = builder;
    this.owner = owner;
    this.publisher = publisher;
    this.traffic = traffic;
    this.health = health;
    this.news = news;
    this.reloads = reloads;
    this.clock = clock;
    this.gatewayWait = gatewayWait;
    this.overridesFile = new OverridesFile(state);
    this.downFile = new DownFile(state);
    this.confirmationFile = new ConfirmationFile(state);
  }

  // ---- start -----------------------------------------------------------------------------------

  /** Takes over what is live, or makes the config of the start live. */
  void start(ConfigSource source, Supplier<LiveState> reader) {
    Overrides overrides = overridesFile.load();
    Set<Target> down = downTargets(downFile.load());
    Function<Target, Health> found = t -> down.contains(t) ? Health.DOWN : Health.UNKNOWN;
    Candidate candidate =
        candidate(source, started, overrides, CheckTargets.verdicts(started, overrides, found));
    LiveState live = Failures.join(owner.ask(reader));
    awaitGateways(candidate, live);
    Failures.join(owner.ask(() -> publisher.takeOver(candidate, live)));
    health.check(CheckTargets.of(started), down);
    pending = confirmationFile.load();
    pending.ifPresent(this::rollBackInTime);
  }

  private Set<Target> downTargets(Map<String, Set<IpAddress>> down) {
    Set<Target> targets = new HashSet<>();
    for (DirectorConfig.Table table : started.tables()) {
      targets.addAll(CheckTargets.of(table, down.getOrDefault(table.name(), Set.of())));
    }
    return targets;
  }

  // ---- candidates ------------------------------------------------------------------------------

  /** What is live: nobody but this thread changes it. */
  private Serving now() {
    return Failures.join(owner.ask(publisher::served));
  }

  private Candidate candidate(ConfigSource source, DirectorConfig config, Overrides overrides) {
    Function<Target, Health> found = CheckTargets.found(health.snapshot());
    return candidate(source, config, overrides, CheckTargets.verdicts(config, overrides, found));
  }

  private Candidate candidate(
      ConfigSource source,
      DirectorConfig config,
      Overrides overrides,
      Map<String, TableVerdict> verdicts) {
    return Candidate.of(
        source, config, overrides, verdicts, tables.build(config, overrides, verdicts));
  }

  private Config load(ConfigSource source) {
    DirectorConfig config;
    try {
      config = ConfigLoader.load(source);
    } catch (ConfigException e) {
      throw refused(source.name(), e);
    }
    List<ProblemReport> fixed = FixedKeys.changed(started, config, source.name());
    if (!fixed.isEmpty()) {
      throw new RefusedException(
          source.name() + " changes what only a restart can change", fixed, null);
    }
    return new Config(source, config);
  }

  static RefusedException refused(String name, ConfigException e) {
    return new RefusedException(
        name + " cannot be used",
        e.problems().stream().map(p -> new ProblemReport(p.line(), p.key(), p.toString())).toList(),
        e);
  }

  /** Waits, not on the owner's thread, which is the one that hears from the gateways. */
  private void awaitGateways(Candidate candidate, LiveState live) {
    CompletableFuture<Void> resolved = owner.ask(() -> publisher.resolve(candidate, live)).join();
    Failures.join(resolved.completeOnTimeout(null, gatewayWait.toNanos(), NANOSECONDS));
  }

  private Published publish(Candidate candidate) {
    return Failures.join(owner.ask(() -> publisher.publish(candidate)));
  }

  // ---- reload, plan, rollback ------------------------------------------------------------------

  PlanReport plan(ConfigSource source) {
    Serving before = now();
    Config config = load(source);
    Candidate candidate = candidate(source, config.config(), before.candidate().overrides());
    ChangeReports changes = changes(before.candidate(), candidate);
    List<String> warnings = new ArrayList<>(candidate.warnings());
    warnings.addAll(changes.warnings());
    return new PlanReport(
        Failures.join(owner.ask(() -> publisher.wouldChange(candidate))),
        changes.moves().moved(),
        changes.moves().rescued(),
        changes.moves().lost(),
        changes.trafficPercent(),
        changes.tables(),
        warnings);
  }

  private ChangeReports changes(Candidate before, Candidate after) {
    return ChangeReports.of(before, after, Failures.join(owner.ask(traffic)));
  }

  /**
   * @param confirm how long the reload may go unconfirmed; empty: it needs no confirmation
   */
  ReloadReport reload(ConfigSource source, Optional<Duration> confirm) {
    Serving before = now();
    Config config = load(source);
    Optional<Pending> waiting =
        confirm.map(
            time ->
                new Pending(
                    clock.instant().plus(time).truncatedTo(ChronoUnit.SECONDS),
                    pending.map(Pending::before).orElse(before.candidate().source())));
    return reload(config, before, waiting);
  }

  private ReloadReport reload(Config config, Serving before, Optional<Pending> waiting) {
    Candidate old = before.candidate();
    Candidate candidate = candidate(config.source(), config.config(), old.overrides());
    awaitGateways(candidate, before.live());
    waiting.ifPresent(this::keep);
    Published published;
    try {
      published = publish(candidate);
    } catch (RuntimeException e) {
      waiting.ifPresent(w -> restorePending());
      throw e;
    }
    health.check(CheckTargets.of(config.config()), Set.of());
    if (published.changed()) {
      previous = Optional.of(new Config(old.source(), old.config()));
    }
    wait(waiting);
    return report(published, changes(old, candidate), waiting);
  }

  private void keep(Pending waiting) {
    try {
      confirmationFile.save(waiting);
    } catch (UncheckedIOException e) {
      throw Publisher.refused("the config to return to cannot be kept", e);
    }
  }

  /** After a failure: what waited before waits on. */
  private void restorePending() {
    pending.ifPresentOrElse(confirmationFile::save, this::forgetPending);
  }

  private void wait(Optional<Pending> waiting) {
    if (waiting.isEmpty() && pending.isPresent()) {
      forgetPending();
    }
    pending = waiting;
    pending.ifPresent(this::rollBackInTime);
  }

  /** What is live is live: a file that stays is only told of. */
  private void forgetPending() {
    try {
      confirmationFile.remove();
    } catch (UncheckedIOException e) {
      LOG.atError().addKeyValue("reason", e.getMessage()).log("confirmation not removed");
    }
  }

  private static ReloadReport report(
      Published published, ChangeReports changes, Optional<Pending> waiting) {
    List<String> warnings = new ArrayList<>(published.warnings());
    warnings.addAll(changes.warnings());
    return new ReloadReport(
        published.now().live().generation(),
        published.changed(),
        published.tablesBuilt(),
        changes.moves().moved(),
        changes.moves().rescued(),
        changes.moves().lost(),
        changes.trafficPercent(),
        changes.tables(),
        waiting.map(w -> w.deadline().toString()).orElse(""),
        warnings);
  }

  ReloadReport rollback() {
    Serving before = now();
    Config back =
        previous.orElseThrow(
            () ->
                new RefusedException(
                    "there is nothing to go back to",
                    List.of(
                        new ProblemReport(
                            0, "", "this daemon has served no config before " + before.source())),
                    null));
    return reload(back, before, Optional.empty());
  }

  private void rollBackInTime(Pending waiting) {
    Duration left = Duration.between(clock.instant(), waiting.deadline());
    later(left, () -> rollBackUnlessConfirmed(waiting));
  }

  private void rollBackUnlessConfirmed(Pending waiting) {
    if (!pending.equals(Optional.of(waiting))) {
      return;
    }
    long begun = System.nanoTime();
    String name = waiting.before().name();
    try {
      LOG.atWarn().addKeyValue("config", name).log("reload not confirmed in time, going back");
      ReloadReport report = reload(load(waiting.before()), now(), Optional.empty());
      owner.tell(() -> reloads.note(report, null, name, begun));
    } catch (RefusedException e) {
      pending = Optional.empty();
      owner.tell(() -> reloads.note(null, e, name, begun));
    }
  }

  void confirm() {
    if (pending.isEmpty()) {
      throw new RefusedException(
          "there is nothing to confirm",
          List.of(new ProblemReport(0, "", "no reload waits to be confirmed")),
          null);
    }
    try {
      confirmationFile.remove();
    } catch (UncheckedIOException e) {
      throw Publisher.refused("the confirmation cannot be kept", e);
    }
    pending = Optional.empty();
  }

  /** Until when a reload waits to be confirmed; from any thread. */
  Optional<Instant> pending() {
    return pending.map(Pending::deadline);
  }

  // ---- states set by hand ----------------------------------------------------------------------

  StateReport setState(Key key, Optional<Overrides.Entry> entry) {
    Serving before = now();
    Candidate old = before.candidate();
    requireKnown(key, old);
    Overrides wanted =
        entry.map(e -> old.overrides().with(key, e)).orElseGet(() -> old.overrides().without(key));
    Candidate candidate = candidate(old.source(), old.config(), wanted);
    keep(wanted); // before it is live, so that what is live is not lost by a crash
    Published published;
    try {
      published = publish(candidate);
    } catch (RuntimeException e) {
      overridesFile.save(old.overrides());
      throw e;
    }
    return StateReports.of(key, published, changes(old, candidate));
  }

  /** An override whose backend no config has can still be undone. */
  private static void requireKnown(Key key, Candidate candidate) {
    boolean known =
        candidate.overrides().all().containsKey(key)
            || StateReports.inFile(key, candidate).isPresent();
    if (!known) {
      throw StateReports.unknown(key, candidate.config());
    }
  }

  private void keep(Overrides overrides) {
    try {
      overridesFile.save(overrides);
    } catch (UncheckedIOException e) {
      throw Publisher.refused("the state cannot be kept", e);
    }
  }

  // ---- health ----------------------------------------------------------------------------------

  /** Makes the rows follow the health of backends. */
  void followHealth() {
    Candidate old = now().candidate();
    Map<Target, TargetHealth> results = health.snapshot();
    Map<String, TableVerdict> verdicts =
        CheckTargets.verdicts(old.config(), old.overrides(), CheckTargets.found(results));
    if (verdicts.equals(old.verdicts())) {
      return;
    }
    Candidate candidate = candidate(old.source(), old.config(), old.overrides(), verdicts);
    try {
      Published published = publish(candidate);
      news.tell(old, candidate, results);
      if (published.changed()) {
        LOG.atInfo()
            .addKeyValue("generation", published.now().live().generation())
            .log("generation published");
      }
      if (!DownFile.content(verdicts).equals(DownFile.content(old.verdicts()))) {
        downFile.save(verdicts);
      }
    } catch (RefusedException e) {
      LOG.atError().addKeyValue("reason", Director.reason(e)).log("rows do not follow health");
      later(HEALTH_RETRY, this::followHealth);
    }
  }

  /** Runs it on this thread, in a while; not at all after the close. */
  private void later(Duration time, Runnable task) {
    CompletableFuture.delayedExecutor(Math.max(0, time.toMillis()), MILLISECONDS, builder::tell)
        .execute(task);
  }
}
