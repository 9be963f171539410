package io.lbdirector.director;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lbdirector.config.ConfigSource;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.LiveState;
import io.lbdirector.director.Confirmation.Waiting;
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
import java.util.ArrayList;
import java.util.HashMap;
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
 * {@link #confirmBy}.
 */
final class Changes {
  private static final Logger LOG = LoggerFactory.getLogger(Changes.class);
  private static final Duration HEALTH_RETRY = Duration.ofSeconds(1);
  private static final Duration ROLLBACK_RETRY = Duration.ofSeconds(5);

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
  private final Confirmation confirmation;
  private final TableBuilder tables = new TableBuilder();

  private Optional<LoadedConfig> previous = Optional.empty();
  private boolean followingAgain;

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
    this.confirmation = new Confirmation(state, clock);
  }

  // ---- start -----------------------------------------------------------------------------------

  /** Takes over what is live, or makes the config of the start live. */
  void start(ConfigSource source, Supplier<LiveState> reader) {
    Overrides overrides = overridesFile.load();
    Set<Target> down = CheckTargets.of(started, downFile.load());
    Candidate candidate = candidate(new LoadedConfig(source, started), overrides, down);
    LiveState live = Failures.join(owner.ask(reader));
    awaitGateways(candidate, live);
    Failures.join(owner.ask(() -> publisher.takeOver(candidate, live)));
    downFile.save(candidate.verdicts());
    health.check(CheckTargets.of(started), down);
    confirmation.load().ifPresent(this::rollBackInTime);
  }

  // ---- candidates ------------------------------------------------------------------------------

  /** What is live: nobody but this thread changes it. */
  private Serving now() {
    return Failures.join(owner.ask(publisher::served));
  }

  /**
   * @param down targets that count as down as long as no check of theirs has run
   */
  private Candidate candidate(LoadedConfig wanted, Overrides overrides, Set<Target> down) {
    Map<Target, TargetHealth> results = health.snapshot();
    Function<Target, Health> found =
        target -> {
          Health unchecked = down.contains(target) ? Health.DOWN : Health.UNKNOWN;
          return results.containsKey(target) ? results.get(target).health() : unchecked;
        };
    Map<String, TableVerdict> verdicts = CheckTargets.verdicts(wanted.config(), overrides, found);
    return Candidate.of(
        wanted.source(),
        wanted.config(),
        overrides,
        verdicts,
        tables.build(wanted.config(), overrides, verdicts));
  }

  /** What is down stays so under checks that have been edited, until they prove it up. */
  private static Set<Target> stillDown(Candidate old, DirectorConfig wanted) {
    Map<String, Set<IpAddress>> down = new HashMap<>();
    old.verdicts().forEach((table, verdict) -> down.put(table, verdict.down()));
    return CheckTargets.of(wanted, down);
  }

  /** Waits, not on the owner's thread, which is the one that hears from the gateways. */
  private void awaitGateways(Candidate candidate, LiveState live) {
    CompletableFuture<Void> resolved = owner.ask(() -> publisher.resolve(candidate, live)).join();
    Failures.join(resolved.completeOnTimeout(null, gatewayWait.toNanos(), NANOSECONDS));
  }

  /** What is new in it is told of and kept, whatever the change was made for. */
  private Published publish(Candidate candidate) {
    Published published = Failures.join(owner.ask(() -> publisher.publish(candidate)));
    news.tell(published.before().candidate(), candidate, health.snapshot());
    downFile.save(candidate.verdicts());
    return published;
  }

  /** Takes back what was done before a failure, which stays the one that is told. */
  private static void undo(RuntimeException failure, Runnable... steps) {
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      }
    }
  }

  // ---- reload, plan, rollback ------------------------------------------------------------------

  PlanReport plan(ConfigSource source) {
    Serving before = now();
    LoadedConfig wanted = LoadedConfig.load(source, started);
    Candidate old = before.candidate();
    Candidate candidate = candidate(wanted, old.overrides(), stillDown(old, wanted.config()));
    ChangeReports changes = changes(old, candidate);
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
    return reload(LoadedConfig.load(source, started), before, confirm);
  }

  private ReloadReport reload(LoadedConfig wanted, Serving before, Optional<Duration> confirm) {
    Candidate old = before.candidate();
    Set<Target> down = stillDown(old, wanted.config());
    Candidate candidate = candidate(wanted, old.overrides(), down);
    ChangeReports changes = changes(old, candidate);
    Optional<Waiting> waiting;
    Published published;
    try {
      awaitGateways(candidate, before.live());
      waiting = confirm.map(time -> confirmation.keep(time, old.loaded()));
      published = publish(candidate);
    } catch (RuntimeException e) {
      undo(e, confirmation::restore, () -> owner.tell(publisher::followServed));
      throw e;
    }
    health.check(CheckTargets.of(wanted.config()), down);
    if (!old.config().equals(wanted.config())) {
      previous = Optional.of(old.loaded());
    }
    confirmation.settle(waiting);
    waiting.ifPresent(this::rollBackInTime);
    return report(published, changes, waiting);
  }

  private static ReloadReport report(
      Published published, ChangeReports changes, Optional<Waiting> waiting) {
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
        waiting.map(w -> w.pending().deadline().toString()).orElse(""),
        warnings);
  }

  ReloadReport rollback() {
    Serving before = now();
    LoadedConfig back =
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

  private void rollBackInTime(Waiting waiting) {
    later(confirmation.left(waiting), () -> rollBackUnlessConfirmed(waiting));
  }

  /** Again and again if it is refused: it was promised. */
  private void rollBackUnlessConfirmed(Waiting waiting) {
    if (!confirmation.awaits(waiting)) {
      return;
    }
    long begun = System.nanoTime();
    ConfigSource source = waiting.pending().before();
    LOG.atWarn()
        .addKeyValue("config", source.name())
        .log("reload not confirmed in time, going back");
    try {
      LoadedConfig back = waiting.back().orElseGet(() -> LoadedConfig.load(source, started));
      ReloadReport report = reload(back, now(), Optional.empty());
      owner.tell(() -> reloads.note(report, null, source.name(), begun));
    } catch (RuntimeException e) {
      owner.tell(() -> reloads.note(null, e, source.name(), begun));
      later(ROLLBACK_RETRY, () -> rollBackUnlessConfirmed(waiting));
    }
  }

  void confirm() {
    confirmation.confirm();
  }

  /** Until when a reload waits to be confirmed; from any thread. */
  Optional<Instant> confirmBy() {
    return confirmation.deadline();
  }

  // ---- states set by hand ----------------------------------------------------------------------

  StateReport setState(Key key, Optional<Overrides.Entry> entry) {
    Serving before = now();
    Candidate old = before.candidate();
    requireKnown(key, old);
    Overrides wanted =
        entry.map(e -> old.overrides().with(key, e)).orElseGet(() -> old.overrides().without(key));
    Candidate candidate = candidate(old.loaded(), wanted, Set.of());
    ChangeReports changes = changes(old, candidate);
    Published published;
    try {
      keep(wanted); // before it is live, so that what is live is not lost by a crash
      published = publish(candidate);
    } catch (RuntimeException e) {
      undo(e, () -> overridesFile.save(old.overrides()));
      throw e;
    }
    return StateReports.of(key, published, changes);
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

  /** Makes the rows follow the health of backends; what fails is tried again. */
  void followHealth() {
    try {
      tryToFollowHealth();
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("reason", Director.reason(e)).log("rows do not follow health");
      if (!followingAgain) {
        followingAgain = true;
        later(HEALTH_RETRY, this::followHealthAgain);
      }
    }
  }

  private void followHealthAgain() {
    followingAgain = false;
    followHealth();
  }

  private void tryToFollowHealth() {
    Candidate old = now().candidate();
    Candidate candidate = candidate(old.loaded(), old.overrides(), Set.of());
    if (candidate.verdicts().equals(old.verdicts())) {
      return;
    }
    Published published = publish(candidate);
    if (published.changed()) {
      LOG.atInfo()
          .addKeyValue("generation", published.now().live().generation())
          .log("generation published");
    }
  }

  /** Runs it on this thread, in a while; not at all after the close. */
  private void later(Duration time, Runnable task) {
    CompletableFuture.delayedExecutor(Math.max(0, time.toMillis()), MILLISECONDS, builder::tell)
        .execute(task);
  }
}
