package io.lbdirector.director;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lbdirector.config.ConfigSource;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.CounterSeeds;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.dataplane.LiveState;
import io.lbdirector.dataplane.ReplacedCounters;
import io.lbdirector.director.Confirmation.Waiting;
import io.lbdirector.director.DirectorControl.PlanReport;
import io.lbdirector.director.DirectorControl.ProblemReport;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.director.DirectorControl.StateOrder;
import io.lbdirector.director.DirectorControl.StateReport;
import io.lbdirector.director.Overrides.Key;
import io.lbdirector.director.Publisher.Published;
import io.lbdirector.forwarding.Backend;
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
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Works out what shall be live: of a config, the states set by hand and the health of backends. One
 * change at a time, each from what the last one left. Confined to the builder's thread, except
 * {@link #confirmBy}.
 */
final class Changes {
  private static final Logger LOG = LoggerFactory.getLogger(Changes.class);

  private final DirectorConfig started;
  private final OwnerThread builder;
  private final OwnerThread owner;
  private final Publisher publisher; // asked on owner
  private final Supplier<TrafficShares> traffic; // asked on owner
  private final HealthChecks health;
  private final HealthNews healthNews;
  private final ShareNews shareNews;
  private final ReloadLog reloads; // told on owner
  private final Clock clock;
  private final ClockWatch clockWatch;
  private final DirectorPace pace;
  private final OverridesFile overridesFile;
  private final RememberedFile rememberedFile;
  private final LiveConfigFile liveConfigFile;
  private final CounterNamesFile counterNamesFile;
  private final String layout;
  private final Confirmation confirmation;

  private TableBuilder tables = new TableBuilder();
  private Optional<LoadedConfig> previous = Optional.empty();
  private boolean toFollowAgain;
  private Duration clockSet = Duration.ZERO; // and nothing that is live knows of it yet

  Changes(
      DirectorConfig started,
      OwnerThread builder,
      OwnerThread owner,
      Publisher publisher,
      Supplier<TrafficShares> traffic,
      HealthChecks health,
      EventLog events,
      ReloadLog reloads,
      Clock clock,
      DirectorPace pace,
      StateFolder state,
      String layout) {
    this.started = started;
    this.builder = builder;
    this.owner = owner;
    this.publisher = publisher;
    this.traffic = traffic;
    this.health = health;
    this.healthNews = new HealthNews(events);
    this.shareNews = new ShareNews(events);
    this.reloads = reloads;
    this.clock = clock;
    this.clockWatch = new ClockWatch(clock, pace.nanos());
    this.pace = pace;
    this.overridesFile = new OverridesFile(state);
    this.rememberedFile = new RememberedFile(state);
    this.liveConfigFile = new LiveConfigFile(state);
    this.counterNamesFile = new CounterNamesFile(state);
    this.layout = layout;
    this.confirmation = new Confirmation(state, clock);
  }

  // ---- start -----------------------------------------------------------------------------------

  /**
   * Takes over what is live, or makes the config of the start live.
   *
   * @param plane that no packet reaches yet, unless it is taken over
   */
  void start(ConfigSource source, DataPlane plane, TablesAhead ahead) {
    LiveState live = plane.takenOver();
    tables = ahead.join();
    Overrides overrides = overridesFile.load();
    Remembered before = rememberedFile.load();
    Set<Target> down = CheckTargets.of(started, before.down());
    Candidate candidate =
        candidate(new LoadedConfig(source, started), overrides, before.filling(), down);
    awaitGateways(candidate, live);
    Serving serving = Failures.join(owner.ask(() -> publisher.takeOver(candidate, live)));
    tables.wentLive();
    plane.replacedCounters().ifPresent(old -> handOver(old, serving, new CounterSeeds(plane)));
    plane.releaseReplaced();
    health.check(CheckTargets.of(started), down);
    remember(serving);
    confirmation.load().ifPresent(this::rollBackInTime);
    watchClock();
  }

  /** Until the switch of the program, packets count where they did: those are in no counter. */
  private void handOver(ReplacedCounters old, Serving serving, CounterSeeds seeds) {
    CounterNames now = CounterNames.of(layout, serving);
    int counters = counterNamesFile.load().map(names -> names.handOver(old, now, seeds)).orElse(0);
    LOG.atInfo()
        .addKeyValue("from", old.layout())
        .addKeyValue("counters", counters)
        .log(counters == 0 ? "counters begin at 0" : "counters handed over");
  }

  // ---- candidates ------------------------------------------------------------------------------

  /** What is live: nobody but this thread changes it. */
  private Serving now() {
    return Failures.join(owner.ask(publisher::served));
  }

  /** The same config for another moment, or with other states set by hand. */
  private Candidate again(Candidate old, Overrides overrides) {
    return candidate(old.loaded(), overrides, old.pools().filling(), Set.of());
  }

  /**
   * @param filling as in {@link Pools}, before
   * @param down targets that count as down as long as no check of theirs has run
   */
  private Candidate candidate(
      LoadedConfig wanted, Overrides overrides, Map<Key, Instant> filling, Set<Target> down) {
    Pools pools = Pools.at(clock.instant(), wanted.config(), overrides, filling);
    Map<Target, TargetHealth> results = health.snapshot();
    Function<Target, Health> found =
        target -> {
          Health unchecked = down.contains(target) ? Health.DOWN : Health.UNKNOWN;
          return results.containsKey(target) ? results.get(target).health() : unchecked;
        };
    Map<String, TableVerdict> verdicts = CheckTargets.verdicts(wanted.config(), pools, found);
    return Candidate.of(
        wanted.source(),
        wanted.config(),
        overrides,
        pools,
        verdicts,
        tables.build(wanted.config(), pools, verdicts));
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
    Failures.join(resolved.completeOnTimeout(null, pace.gateways().toNanos(), NANOSECONDS));
  }

  /**
   * What is new in it is told of and kept, whatever the change was made for.
   *
   * @param candidate the last one that was worked out
   */
  private Published publish(Candidate candidate) {
    Published published = Failures.join(owner.ask(() -> publisher.publish(candidate)));
    tables.wentLive();
    healthNews.tell(published.before().candidate(), candidate, health.snapshot());
    remember(published.now());
    return published;
  }

  /** What is live now. */
  private void remember(Serving serving) {
    Candidate candidate = serving.candidate();
    counterNamesFile.save(layout, serving);
    rememberedFile.save(Remembered.of(candidate));
    liveConfigFile.save(candidate.loaded().source());
    if (candidate.pools().moving()) {
      followAgain();
    }
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
    Candidate candidate =
        candidate(wanted, old.overrides(), old.pools().filling(), stillDown(old, wanted.config()));
    ChangeReports changes = changes(old, candidate);
    List<String> warnings = new ArrayList<>(candidate.warnings());
    warnings.addAll(changes.warnings());
    return new PlanReport(
        Failures.join(owner.ask(() -> publisher.wouldChange(candidate))),
        changes.moves().moved(),
        changes.moves().minimum(),
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
    Candidate candidate = candidate(wanted, old.overrides(), old.pools().filling(), down);
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
        changes.moves().minimum(),
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
      later(pace.rollback(), () -> rollBackUnlessConfirmed(waiting));
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

  /**
   * @param order empty: as the file says
   */
  StateReport setState(Key key, Optional<StateOrder> order, String by) {
    Serving before = now();
    Candidate old = before.candidate();
    requireKnown(key, old);
    Overrides wanted =
        order
            .map(o -> old.overrides().with(key, entry(key, o, by, old)))
            .orElseGet(() -> old.overrides().without(key));
    Candidate candidate = again(old, wanted);
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

  /** A share that goes with time begins where it is. */
  private Overrides.Entry entry(Key key, StateOrder order, String by, Candidate old) {
    OptionalInt share =
        order.over().isPresent() && order.share().isEmpty()
            ? old.pools().of(key).map(Backend::sharePercent).orElse(OptionalInt.empty())
            : order.share();
    return new Overrides.Entry(order.state(), share, order.over(), clock.instant(), by);
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

  // ---- health and time -------------------------------------------------------------------------

  /** Makes the rows follow the health of backends, and shares that go with time. */
  void follow() {
    try {
      tryToFollow();
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("reason", Director.reason(e)).log("rows do not follow");
      followAgain();
    }
  }

  private void followAgain() {
    if (!toFollowAgain) {
      toFollowAgain = true;
      later(
          pace.again(),
          () -> {
            toFollowAgain = false;
            follow();
          });
    }
  }

  /** Again and again; until the close. */
  private void watchClock() {
    later(
        pace.again(),
        () -> {
          watchClock();
          noticeClock();
          if (!clockSet.isZero()) {
            follow();
          }
        });
  }

  private void noticeClock() {
    Duration set = clockWatch.take();
    if (!set.isZero()) {
      LOG.atWarn().addKeyValue("by", set).log("clock was set: what goes with time goes on");
      clockSet = clockSet.plus(set);
      confirmation.clockSet(set).ifPresent(this::rollBackInTime);
    }
  }

  /** With everything that goes with time as far as it was when the clock was set. */
  private Candidate afterClockSet(Candidate old) {
    Map<Key, Instant> filling = new HashMap<>();
    old.pools().filling().forEach((key, begun) -> filling.put(key, begun.plus(clockSet)));
    return candidate(old.loaded(), old.overrides().later(clockSet), filling, Set.of());
  }

  private void tryToFollow() {
    noticeClock();
    boolean wasSet = !clockSet.isZero();
    Candidate old = now().candidate();
    Candidate candidate = wasSet ? afterClockSet(old) : again(old, old.overrides());
    boolean sameShares = candidate.pools().byTable().equals(old.pools().byTable());
    if (!wasSet && sameShares && candidate.verdicts().equals(old.verdicts())) {
      if (old.pools().moving()) {
        followAgain();
      }
      return;
    }
    Published published = publish(candidate);
    if (wasSet) {
      clockSet = Duration.ZERO;
      overridesFile.save(candidate.overrides());
    }
    shareNews.tell(old, candidate);
    if (published.changed()) {
      LOG.atLevel(sameShares ? Level.INFO : Level.DEBUG)
          .addKeyValue("generation", published.now().live().generation())
          .log("generation published");
    }
  }

  /** Runs it on this thread, in a while; not at all after the close. */
  private void later(Duration time, Runnable task) {
    builder.tellLater(time, task);
  }
}
