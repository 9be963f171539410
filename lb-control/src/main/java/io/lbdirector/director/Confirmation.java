package io.lbdirector.director;

import io.lbdirector.director.ConfirmationFile.Pending;
import io.lbdirector.director.DirectorControl.ProblemReport;
import io.lbdirector.director.DirectorControl.RefusedException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a reload waits to be confirmed, and what returns if nobody does. Confined to one thread,
 * except {@link #deadline}.
 */
final class Confirmation {
  private static final Logger LOG = LoggerFactory.getLogger(Confirmation.class);

  private final ConfirmationFile file;
  private final Clock clock;
  private volatile Optional<Waiting> waiting = Optional.empty();

  /**
   * @param back the config of {@code pending}, as it was live; empty after a restart, when there is
   *     only its text, and its key files are read again
   */
  record Waiting(Pending pending, Optional<LoadedConfig> back) {}

  Confirmation(StateFolder state, Clock clock) {
    this.file = new ConfirmationFile(state);
    this.clock = clock;
  }

  /** What waited when the daemon before ended, waits on. */
  Optional<Waiting> load() {
    waiting = file.load().map(pending -> new Waiting(pending, Optional.empty()));
    return waiting;
  }

  /**
   * Keeps what is to return, of a reload that is about to go live; {@link #settle} or {@link
   * #restore} follows.
   *
   * @param time how long it may go unconfirmed
   * @param live what returns, unless a reload before waits already: then what that one replaced
   * @throws RefusedException if the disk does not take it
   */
  Waiting keep(Duration time, LoadedConfig live) {
    Instant deadline = clock.instant().plus(time).plusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
    Waiting wanted =
        new Waiting(
            new Pending(deadline, waiting.map(w -> w.pending().before()).orElseGet(live::source)),
            waiting.isPresent() ? waiting.get().back() : Optional.of(live));
    try {
      file.save(wanted.pending());
    } catch (UncheckedIOException e) {
      throw Publisher.refused("the config to return to cannot be kept", e);
    }
    return wanted;
  }

  /**
   * After a failure: what waited before waits on.
   *
   * @throws UncheckedIOException if the file cannot be put back
   */
  void restore() {
    if (waiting.isPresent()) {
      file.save(waiting.get().pending());
    } else {
      file.remove();
    }
  }

  /** Another config is live, and waits for this, or for nothing. */
  void settle(Optional<Waiting> now) {
    waiting = now;
    if (now.isEmpty()) {
      try {
        file.remove();
      } catch (UncheckedIOException e) { // what is live is live: it is only told of
        LOG.atError().addKeyValue("reason", e.getMessage()).log("confirmation not removed");
      }
    }
  }

  /** The clock was set: what waits, waits as long as it would have. */
  Optional<Waiting> clockSet(Duration forward) {
    waiting =
        waiting.map(
            w ->
                new Waiting(
                    new Pending(w.pending().deadline().plus(forward), w.pending().before()),
                    w.back()));
    try {
      waiting.ifPresent(w -> file.save(w.pending()));
    } catch (UncheckedIOException e) {
      LOG.atError().addKeyValue("reason", e.getMessage()).log("confirmation not kept");
    }
    return waiting;
  }

  /** Whether it is still this that is waited for. */
  boolean awaits(Waiting one) {
    return waiting.equals(Optional.of(one));
  }

  Duration left(Waiting one) {
    return Duration.between(clock.instant(), one.pending().deadline());
  }

  /**
   * @throws RefusedException if nothing waits, or the disk does not take it
   */
  void confirm() {
    if (waiting.isEmpty()) {
      throw new RefusedException(
          "there is nothing to confirm",
          List.of(new ProblemReport(0, "", "no reload waits to be confirmed")),
          null);
    }
    try {
      file.remove();
    } catch (UncheckedIOException e) {
      throw Publisher.refused("the confirmation cannot be kept", e);
    }
    waiting = Optional.empty();
  }

  /** Until when a reload waits to be confirmed; from any thread. */
  Optional<Instant> deadline() {
    return waiting.map(w -> w.pending().deadline());
  }
}
