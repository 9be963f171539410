package io.lbdirector.cli;

import com.google.gson.JsonObject;
import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.DaemonRefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Waits until a backend that drains has no connections left, as far as its own counters tell. Apart
 * from the command for the reason that {@link ConfigCheck} is.
 */
final class DrainWait {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  private static final String IN_FORCE = "; the drain stays in force";

  /**
   * Outcomes of packets that a backend accepts as its own. Those that it does not know (forwarded,
   * to_self, last_resort) are of no connection that it holds; control counts the looks themselves.
   */
  private static final List<String> ITS_OWN = List.of("syn", "known", "cookie", "stateless");

  private enum Seen {
    DRAINED,
    UNDRAINED,
    NOT_YET
  }

  /** What the drain has come to. */
  private enum Stage {
    SHRINKS,
    IN_FORCE,
    UNDONE
  }

  private final RootCommand lbctl;
  private final AdminClient client;
  private final Screen screen;
  private final Pace pace;
  private final JsonObject report;
  private final String table;
  private final String backend;
  private final Span quiet;
  private final Span longest;
  private final Progress progress;
  private final QuietWatch watch;
  private boolean shrinks;
  private boolean over;

  /**
   * @param report what the daemon said of the drain
   * @param over how long the backend's rows take to go to others, beside {@code timeout}
   * @param quiet how long the backend must have got no packet of its own
   */
  DrainWait(RootCommand lbctl, Answer report, Optional<Span> over, Span quiet, Span timeout) {
    this.lbctl = lbctl;
    this.client = lbctl.client();
    this.screen = lbctl.screen();
    this.pace = lbctl.console().pace();
    this.report = report.json();
    this.table = report.text("table");
    this.backend = report.text("backend");
    this.quiet = quiet;
    this.longest = over.map(timeout::plus).orElse(timeout);
    this.shrinks = over.isPresent();
    this.progress = new Progress(lbctl.console());
    this.watch = new QuietWatch(pace.nanos());
  }

  /** Returns the exit code. */
  int run() throws DaemonRefusedException {
    LastWord lastWord = LastWord.of(this::stop, ExitCode.REFUSED);
    try {
      return await();
    } catch (InterruptedException e) {
      stop();
      return ExitCode.REFUSED;
    } catch (DaemonRefusedException e) {
      progress.end();
      throw e;
    } finally {
      lastWord.close();
    }
  }

  private int await() throws DaemonRefusedException, InterruptedException {
    Duration pause = least(BETWEEN_LOOKS, quiet.duration());
    while (true) {
      Seen seen = look();
      if (seen != Seen.NOT_YET) {
        return seen == Seen.DRAINED ? drained() : notDrained("does not drain any more");
      }
      Duration left = longest.duration().minus(watch.waited(pace.nanos()));
      if (left.isZero() || left.isNegative()) {
        return notDrained("was not seen to be drained within " + longest + IN_FORCE + remedy());
      }
      pace.sleep(least(pause, left));
    }
  }

  private static Duration least(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private Seen look() throws DaemonRefusedException {
    try {
      return shrinks ? shrinking() : judge(outcomes());
    } catch (AwayException e) {
      sayUnknown("lbd");
      return Seen.NOT_YET;
    }
  }

  /** What it gets meanwhile says nothing: new connections are among it. */
  private Seen shrinking() throws AwayException, DaemonRefusedException {
    return switch (stage()) {
      case SHRINKS -> Seen.NOT_YET;
      case UNDONE -> Seen.UNDRAINED;
      case IN_FORCE -> {
        shrinks = false;
        watch.begin(pace.nanos());
        yield judge(outcomes());
      }
    };
  }

  private Answer outcomes() throws AwayException, DaemonRefusedException {
    return AwayException.get(client, path() + "/backends/" + encode(backend) + "/outcomes");
  }

  private Seen judge(Answer answer) throws AwayException, DaemonRefusedException {
    if (!answer.flag("answered")) {
      watch.miss();
      sayUnknown(backend);
      return Seen.NOT_YET;
    }
    watch.see(pace.nanos(), itsOwn(answer.object("outcomes")));
    if (watch.quiet().compareTo(quiet.duration()) < 0) {
      sayWhatIsSeen();
      return Seen.NOT_YET;
    }
    Stage stage = stage(); // somebody may have changed it meanwhile
    shrinks = stage == Stage.SHRINKS;
    return switch (stage) {
      case IN_FORCE -> Seen.DRAINED;
      case SHRINKS -> Seen.NOT_YET;
      case UNDONE -> Seen.UNDRAINED;
    };
  }

  private Stage stage() throws AwayException, DaemonRefusedException {
    for (Answer one : AwayException.get(client, path()).list("backends")) {
      if (one.text("address").equals(backend)) {
        return switch (one.text("state")) {
          case "draining", "inactive" -> Stage.IN_FORCE;
          case "filling" ->
              one.has("share_percent") && isDrainAskedFor() ? shrinks(one) : Stage.UNDONE;
          default -> Stage.UNDONE;
        };
      }
    }
    return Stage.UNDONE;
  }

  /** A backend that drains little by little fills less and less; so may one that never drains. */
  private boolean isDrainAskedFor() throws AwayException, DaemonRefusedException {
    return AwayException.get(client, "/v1/status").list("overrides").stream()
        .anyMatch(
            one ->
                one.text("table").equals(table)
                    && one.text("backend").equals(backend)
                    && one.text("state").equals("draining"));
  }

  private Stage shrinks(Answer one) {
    say("shrinks", name() + " still leads " + one.number("share_percent") + " % of its rows");
    return Stage.SHRINKS;
  }

  private String path() {
    return "/v1/tables/" + encode(table);
  }

  private static String encode(String text) {
    return AdminClient.encode(text);
  }

  private static long itsOwn(Answer outcomes) {
    return ITS_OWN.stream()
        .filter(outcomes::has)
        .mapToLong(one -> outcomes.object(one).number("packets"))
        .sum();
  }

  private void sayUnknown(String who) {
    String tried = Span.text(watch.unseen(pace.nanos()));
    say("no answer of " + who, "unknown: " + who + " does not answer, tried for " + tried);
  }

  private void sayWhatIsSeen() {
    if (watch.wentBack()) {
      say("began anew", "unknown: the counters of " + backend + " began anew");
    } else if (watch.growth() > 0) {
      say("busy", Numbers.of(watch.growth(), "more packet") + " of connections on " + name());
    } else {
      say("quiet", "quiet for " + Span.text(watch.quiet()) + " of " + quiet + ": " + name());
    }
  }

  private String name() {
    return backend + " of " + table;
  }

  private synchronized void say(String kind, String text) {
    if (!over && !lbctl.json()) {
      progress.say(kind, text);
    }
  }

  private synchronized int drained() {
    end(true);
    if (!lbctl.json()) {
      screen.paragraph(name() + " is drained: no packet of its connections for " + quiet);
      screen.line("connections that sent nothing in that time are not seen");
    }
    return ExitCode.DONE;
  }

  private void stop() {
    notDrained("is not waited for any longer" + IN_FORCE);
  }

  private synchronized int notDrained(String why) {
    if (!over) {
      end(false);
      screen.message("lbctl: " + name() + " " + why);
    }
    return ExitCode.REFUSED;
  }

  private String remedy() {
    return watch.answered()
        ? ""
        : ". It never answered: does it run the backend program, with this director in"
            + " --allow-from?";
  }

  private void end(boolean drained) {
    over = true;
    progress.end();
    if (lbctl.json()) {
      report.addProperty("drained", drained);
      report.addProperty("answered", watch.answered());
      report.addProperty("quiet_seconds", watch.quiet().toSeconds());
      report.addProperty("waited_seconds", watch.waited(pace.nanos()).toSeconds());
      screen.show(report);
    }
  }
}
