package io.lbdirector.health;

import java.time.Duration;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks one target, again and again, and never twice at a time. Confined to the event loop.
 *
 * <p>The next check is due an interval after the last one began: what was missed is not made up
 * for.
 */
final class Routine {
  private static final Logger LOG = LoggerFactory.getLogger(Routine.class);
  private static final long LEAST_TOLERANCE_NANOS = Duration.ofSeconds(1).toNanos();

  private final Rounds rounds;
  private final CheckedTarget target;
  private final Probe probe;
  private final Duration interval;
  private final Duration timeout;
  private Future<?> timer;
  private long dueNanos;
  private long startedNanos;
  private int freezeMark;
  private Probe.Run run;
  private boolean running;
  private boolean ended;

  Routine(Rounds rounds, CheckedTarget target, Probe probe) {
    this.rounds = rounds;
    this.target = target;
    this.probe = probe;
    this.interval = target.target().check().interval();
    this.timeout = target.target().check().timeout();
  }

  /** Begins with a check within one interval. */
  void begin() {
    dueIn(rounds.pace().firstNanos(interval));
  }

  private void dueIn(long nanos) {
    dueNanos = rounds.nanos() + nanos;
    timer = rounds.after(nanos, () -> rounds.turns().ask(this));
  }

  /** Makes a check now. */
  void start() {
    startedNanos = rounds.nanos();
    rounds.noteLateness(lateNanos(startedNanos));
    freezeMark = rounds.freeze().mark();
    running = true;
    run = Probe.Run.NONE;
    timer = rounds.after(timeout.toNanos(), this::unanswered);
    try {
      run = probe.start(this::answered);
    } catch (RuntimeException | Error e) {
      LOG.atError()
          .addKeyValue("backend", target.target().backend())
          .setCause(e)
          .log("health check failed");
      answered(Result.none(e.toString()));
    }
  }

  /** How much later than tolerable the check that is due comes, if it comes now. */
  long lateNanos(long nowNanos) {
    return nowNanos - dueNanos - Math.max(interval.toNanos(), LEAST_TOLERANCE_NANOS);
  }

  /** A timeout that is noticed far too late is no silence of the backend: nobody listened. */
  private void unanswered() {
    long lateNanos =
        rounds.nanos()
            - startedNanos
            - timeout.toNanos()
            - Math.max(timeout.toNanos(), LEAST_TOLERANCE_NANOS);
    String silence = run.silence(Words.of(timeout));
    run.cancel();
    rounds.noteLateness(lateNanos);
    finish(lateNanos > 0 ? Result.none("the checker itself was late") : Result.bad(silence));
  }

  private void answered(Result result) {
    if (result.kind() == Result.Kind.NONE) {
      rounds.noteFault(target, result);
    }
    finish(result);
  }

  private void finish(Result result) {
    timer.cancel(false);
    long endedNanos = rounds.nanos();
    dueIn(Math.max(0, startedNanos + rounds.pace().nextNanos(interval) - endedNanos));
    stopRunning();
    Duration latency = result.took().orElse(Duration.ofNanos(endedNanos - startedNanos));
    rounds.report(target, result, latency, freezeMark);
  }

  private void stopRunning() {
    running = false;
    rounds.turns().leave();
  }

  /** No result comes any more. */
  void end() {
    ended = true;
    timer.cancel(false);
    if (running) {
      run.cancel();
      stopRunning();
    }
    probe.close();
  }

  boolean isEnded() {
    return ended;
  }
}
