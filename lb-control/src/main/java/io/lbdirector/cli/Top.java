package io.lbdirector.cli;

import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import java.time.Duration;

/** The work of {@link TopCommand}, apart from it for the reason that {@link ConfigCheck} is. */
final class Top {
  private static final String COUNTERS = "/v1/counters";

  private final RootCommand lbctl;
  private final AdminClient client;
  private final Pace pace;
  private final Duration interval;
  private final int count;

  /**
   * @param count how often to show something; 0 for no end
   */
  Top(RootCommand lbctl, Duration interval, int count) {
    this.lbctl = lbctl;
    this.client = lbctl.client();
    this.pace = lbctl.console().pace();
    this.interval = interval;
    this.count = count;
  }

  /** Returns the exit code. Without any daemon at the beginning there is nothing to wait for. */
  int run() throws DaemonUnreachableException, DaemonRefusedException {
    Screen screen = lbctl.screen();
    CounterSample sample = sample(Answer.of(client.get(COUNTERS)));
    try (TopView view = view()) {
      for (long shown = 0; (count == 0 || shown < count) && !view.pause(interval); shown++) {
        sample = step(sample, view);
        if (!screen.written()) {
          screen.message("lbctl: the answer could not be written in full");
          return ExitCode.REFUSED;
        }
      }
    } catch (InterruptedException e) {
      // Ended, as by q.
    }
    return ExitCode.DONE;
  }

  private TopView view() {
    Console console = lbctl.console();
    if (lbctl.json()) {
      return new TopJson(console);
    }
    return console.draws() ? new TopScreen(console) : new TopText(console);
  }

  private CounterSample sample(Answer counters) {
    return CounterSample.of(pace.nanos(), counters);
  }

  /** Shows one more thing; returns the newest sample. */
  private CounterSample step(CounterSample before, TopView view) throws DaemonRefusedException {
    try {
      CounterSample after = sample(AwayException.get(client, COUNTERS));
      view.show(Rates.between(before, after));
      return after;
    } catch (AwayException e) {
      view.miss(e.getMessage(), Duration.ofNanos(pace.nanos() - before.nanos()));
      return before;
    }
  }
}
