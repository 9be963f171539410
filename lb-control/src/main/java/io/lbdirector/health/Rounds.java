package io.lbdirector.health;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All routines, and what they share. Confined to the event loop. */
final class Rounds {
  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private final ScheduledExecutorService loop;
  private final Function<Target, Probe> probes;
  private final Turns turns;
  private final Pace pace;
  private final Freeze freeze;
  private final Clock clock;
  private final LongSupplier ticker;
  private final HealthChecker.Listener listener;
  private final OwnFaults faults = new OwnFaults();
  private final Map<CheckedTarget, Routine> routines = new HashMap<>();
  private long worstLatenessNanos;

  Rounds(
      ScheduledExecutorService loop,
      Function<Target, Probe> probes,
      int atOnce,
      Pace pace,
      Freeze freeze,
      Clock clock,
      LongSupplier ticker,
      HealthChecker.Listener listener) {
    this.loop = loop;
    this.probes = probes;
    this.turns = new Turns(atOnce);
    this.pace = pace;
    this.freeze = freeze;
    this.clock = clock;
    this.ticker = ticker;
    this.listener = listener;
  }

  void begin(CheckedTarget target) {
    Routine routine = new Routine(this, target, probes.apply(target.target()));
    routines.put(target, routine);
    routine.begin();
  }

  void end(CheckedTarget target) {
    Routine routine = routines.remove(target);
    if (routine != null) {
      routine.end();
    }
  }

  Turns turns() {
    return turns;
  }

  Pace pace() {
    return pace;
  }

  Freeze freeze() {
    return freeze;
  }

  long nanos() {
    return ticker.getAsLong();
  }

  Future<?> after(long nanos, Runnable task) {
    return loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * @param nanos beyond what is tolerable; nothing, if not above 0
   */
  void noteLateness(long nanos) {
    worstLatenessNanos = Math.max(worstLatenessNanos, nanos);
  }

  /** This machine could not check. */
  void noteFault(CheckedTarget target, Result result) {
    faults.note(target.target(), result.words(), nanos());
  }

  /** The worst since this was asked last, of the checks that wait still too; 0 if none was late. */
  long takeWorstLateness() {
    long now = nanos();
    turns.waiting().forEach(routine -> noteLateness(routine.lateNanos(now)));
    long worst = worstLatenessNanos;
    worstLatenessNanos = 0;
    return worst;
  }

  /**
   * Makes what there is to make of a result.
   *
   * @param freezeMark of when the check began
   */
  void report(CheckedTarget target, Result result, Duration latency, int freezeMark) {
    if (target.isDropped() || !freeze.countsSince(freezeMark)) {
      return;
    }
    if (target.take(result, latency, clock.instant(), nanos())) {
      tell(target);
    }
  }

  private void tell(CheckedTarget target) {
    try {
      listener.changed(target.target(), target.health());
    } catch (RuntimeException | Error e) {
      LOG.atError()
          .addKeyValue("backend", target.target().backend())
          .setCause(e)
          .log("health change not handled");
    }
  }
}
