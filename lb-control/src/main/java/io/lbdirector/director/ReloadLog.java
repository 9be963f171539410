package io.lbdirector.director;

import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.director.DirectorControl.ReloadStats;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how reloads ended, and counts them. Confined to the director's thread. */
final class ReloadLog {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadLog.class);
  private static final double NANOS = 1e9;

  private final Clock clock;
  private final EventLog events;
  private final Map<String, ReloadStats> stats = new LinkedHashMap<>();
  private String lastPublished = "";

  ReloadLog(Clock clock, EventLog events) {
    this.clock = clock;
    this.events = events;
    for (String outcome : new String[] {"published", "unchanged", "refused"}) {
      stats.put(outcome, new ReloadStats(0, 0));
    }
  }

  /**
   * @param report of a reload that did not fail
   * @param failure of one that did; else null
   * @param begun {@link System#nanoTime} when it was asked for
   */
  void note(ReloadReport report, Throwable failure, String name, long begun) {
    if (failure != null) {
      String reason = Director.reason(Failures.unwrap(failure));
      LOG.atWarn().addKeyValue("config", name).addKeyValue("reason", reason).log("reload refused");
      events.add("refused", name + ": " + reason, Map.of("config", name, "reason", reason));
      count("refused", begun);
    } else if (report.changed()) {
      notePublished(report, name);
      count("published", begun);
    } else {
      LOG.atInfo()
          .addKeyValue("generation", report.generation())
          .addKeyValue("config", name)
          .log("reload changes nothing");
      count("unchanged", begun);
    }
  }

  private void notePublished(ReloadReport report, String name) {
    lastPublished = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    LOG.atInfo()
        .addKeyValue("generation", report.generation())
        .addKeyValue("tables_built", report.tablesBuilt())
        .addKeyValue("rows_moved", report.rowsMoved())
        .addKeyValue("rows_lost", report.rowsLost())
        .addKeyValue("config", name)
        .log("generation published");
    events.add(
        "generation",
        "generation %d is live: %s".formatted(report.generation(), name),
        Map.of(
            "generation", report.generation(),
            "config", name,
            "tables_built", report.tablesBuilt(),
            "rows_moved", report.rowsMoved(),
            "rows_lost", report.rowsLost()));
  }

  private void count(String outcome, long begun) {
    double seconds = (System.nanoTime() - begun) / NANOS;
    stats.merge(
        outcome,
        new ReloadStats(1, seconds),
        (a, b) -> new ReloadStats(a.count() + b.count(), a.seconds() + b.seconds()));
  }

  Map<String, ReloadStats> stats() {
    return Map.copyOf(stats);
  }

  /** ISO 8601, UTC; empty if there was none. */
  String lastPublished() {
    return lastPublished;
  }
}
