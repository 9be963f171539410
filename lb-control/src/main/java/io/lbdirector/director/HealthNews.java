package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.CheckSpec;
import io.lbdirector.health.Health;
import io.lbdirector.health.Target;
import io.lbdirector.health.TargetHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Says what has changed in the health of backends: in the log, and to those who listen. */
final class HealthNews {
  private static final Logger LOG = LoggerFactory.getLogger(HealthNews.class);

  private final EventLog events;

  HealthNews(EventLog events) {
    this.events = events;
  }

  /**
   * Tables that are gone, or not checked any more, are no news.
   *
   * @param results that {@code now} was made of, or later ones
   */
  void tell(Candidate before, Candidate now, Map<Target, TargetHealth> results) {
    for (DirectorConfig.Table table : now.config().tables()) {
      TableVerdict was = before.verdict(table.name());
      TableVerdict is = now.verdict(table.name());
      is.health()
          .forEach(
              (backend, health) -> {
                if (was.of(backend) != health) {
                  tell(table, backend, health, reason(table, backend, results));
                }
              });
      if (was.panic() != is.panic() && !is.health().isEmpty()) {
        tellPanic(table.name(), is);
      }
    }
  }

  private void tell(DirectorConfig.Table table, IpAddress backend, Health health, String reason) {
    String word = health.name().toLowerCase(Locale.ROOT);
    LOG.atLevel(health == Health.DOWN ? Level.WARN : Level.INFO)
        .addKeyValue("table", table.name())
        .addKeyValue("backend", backend)
        .addKeyValue("health", word)
        .addKeyValue("reason", reason)
        .log("health");
    events.add(
        "health",
        "%s of %s is %s: %s".formatted(backend, table.name(), word, reason),
        Map.of(
            "table",
            table.name(),
            "backend",
            backend.toString(),
            "health",
            word,
            "reason",
            reason));
  }

  /** The last results of its checks; of those that failed, if any did. */
  private static String reason(
      DirectorConfig.Table table, IpAddress backend, Map<Target, TargetHealth> results) {
    List<String> bad = new ArrayList<>();
    List<String> all = new ArrayList<>();
    for (CheckSpec spec : CheckTargets.specs(table)) {
      TargetHealth result = results.get(new Target(backend, spec));
      if (result != null) {
        all.add(result.lastResult());
        if (result.health() == Health.DOWN) {
          bad.add(result.lastResult());
        }
      }
    }
    return String.join("; ", bad.isEmpty() ? all : bad);
  }

  private void tellPanic(String table, TableVerdict verdict) {
    int down = verdict.down().size();
    int of = verdict.health().size();
    if (verdict.panic()) {
      LOG.atError()
          .addKeyValue("table", table)
          .addKeyValue("down", down)
          .addKeyValue("backends", of)
          .log("panic: all count as up");
    } else {
      LOG.atWarn()
          .addKeyValue("table", table)
          .addKeyValue("down", down)
          .addKeyValue("backends", of)
          .log("panic over");
    }
    events.add(
        "panic",
        verdict.panic()
            ? "%d of %d backends of %s are proven down: all count as up".formatted(down, of, table)
            : "%d of %d backends of %s are proven down: they get no new connections again"
                .formatted(down, of, table),
        Map.of("table", table, "panic", verdict.panic(), "down", down, "backends", of));
  }
}
