package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.director.DirectorControl.CheckReport;
import io.lbdirector.director.DirectorControl.HealthReport;
import io.lbdirector.director.DirectorControl.TableHealthReport;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.health.CheckSpec;
import io.lbdirector.health.HealthChecks;
import io.lbdirector.health.Target;
import io.lbdirector.health.TargetHealth;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Puts health into the words of the admin API. */
final class HealthReports {
  private HealthReports() {}

  static HealthReport of(Candidate candidate, HealthChecks checks, boolean frozen) {
    Map<Target, TargetHealth> results = checks.snapshot();
    return new HealthReport(
        frozen,
        checks.stalledFor().map(Duration::toSeconds).orElse(0L),
        candidate.config().tables().stream()
            .filter(table -> !table.checks().isEmpty())
            .map(table -> table(table, candidate, results))
            .toList());
  }

  private static TableHealthReport table(
      DirectorConfig.Table table, Candidate candidate, Map<Target, TargetHealth> results) {
    TableVerdict verdict = candidate.verdict(table.name());
    List<CheckReport> reports = new ArrayList<>();
    List<CheckSpec> specs = CheckTargets.specs(table);
    for (Backend backend : table.pool()) {
      for (CheckSpec spec : specs) {
        TargetHealth result = results.get(new Target(backend.address(), spec));
        reports.add(report(backend, spec, Optional.ofNullable(result)));
      }
    }
    return new TableHealthReport(
        table.name(),
        candidate.config().health().maxDownPercent(),
        verdict.down().size(),
        verdict.panic(),
        reports);
  }

  private static CheckReport report(
      Backend backend, CheckSpec spec, Optional<TargetHealth> result) {
    return new CheckReport(
        backend.address().toString(),
        text(spec),
        result.map(r -> r.health().name().toLowerCase(Locale.ROOT)).orElse("unknown"),
        result.map(r -> r.since().truncatedTo(ChronoUnit.SECONDS).toString()).orElse(""),
        result.map(TargetHealth::lastResult).orElse(""),
        result.flatMap(TargetHealth::latency).map(l -> l.toNanos() / 1000),
        result.map(TargetHealth::inARow).orElse(0));
  }

  private static String text(CheckSpec spec) {
    if (spec.type() == CheckSpec.Type.TUNNEL) {
      return "tunnel";
    }
    String port = ":" + spec.port().orElseThrow();
    String path = spec.type() == CheckSpec.Type.HTTP ? spec.path() : "";
    String way = spec.vip().isPresent() ? " via tunnel" : "";
    return spec.type().name().toLowerCase(Locale.ROOT) + " " + port + path + way;
  }
}
