package io.lbdirector.metrics;

import io.lbdirector.director.BalanceReport.Deviation;
import io.lbdirector.director.DirectorControl.BackendReport;
import io.lbdirector.director.DirectorControl.BindReport;
import io.lbdirector.director.DirectorControl.CheckReport;
import io.lbdirector.director.DirectorControl.InterfaceReport;
import io.lbdirector.director.DirectorControl.MetricsReport;
import io.lbdirector.director.DirectorControl.StatusReport;
import io.lbdirector.director.DirectorControl.TableBackendReport;
import io.lbdirector.director.DirectorControl.TableHealthReport;
import io.lbdirector.director.DirectorControl.TableReport;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Names and meanings of all metrics; docs/monitoring lists the same. */
final class Metrics {
  private static final double MICROS = 1e6;

  private final MetricSnapshots.Builder all = MetricSnapshots.builder();
  private final MetricsReport report;

  private Metrics(MetricsReport report) {
    this.report = report;
  }

  static MetricSnapshots of(MetricsReport report) {
    Metrics metrics = new Metrics(report);
    metrics.director();
    metrics.packets();
    metrics.tables();
    metrics.health();
    metrics.reloads();
    return metrics.all.build();
  }

  private void director() {
    StatusReport status = report.status();
    gauge("lb_info", "Always 1; its labels say what runs.")
        .add(1, "version", status.version(), "instance_name", status.instance())
        .into(all);
    gauge("lb_start_time_seconds", "When the daemon started, Unix time.")
        .add(seconds(status.startedAt()))
        .into(all);
    gauge("lb_ready", "Whether packets are forwarded: 1 or 0.").add(bit(status.ready())).into(all);
    gauge("lb_generation", "The generation that is live.").add(status.generation()).into(all);
    gauge("lb_warnings", "Sentences that lbctl status shows as warnings.")
        .add(status.warnings().size())
        .into(all);
    gauge("lb_overrides", "States of backends that are set by hand.")
        .add(status.overrides().size())
        .into(all);
    gauge("lb_confirmation_pending", "Whether a reload waits to be confirmed: 1 or 0.")
        .add(bit(!status.confirmBy().isEmpty()))
        .into(all);
    Family up = gauge("lb_interface_up", "Whether the interface has a carrier: 1 or 0.");
    for (InterfaceReport port : status.interfaces()) {
      up.add(bit(port.up()), "interface", port.name(), "mode", port.mode());
    }
    up.into(all);
  }

  private void packets() {
    Family packets = counter("lb_packets", "Packets that came in, by what became of them.");
    Family bytes = counter("lb_bytes", "Bytes of frames that came in, by what became of them.");
    report
        .counters()
        .verdicts()
        .forEach(
            (verdict, counter) -> {
              String normal = Boolean.toString(counter.normal());
              packets.add(counter.packets(), "verdict", verdict, "normal", normal);
              bytes.add(counter.bytes(), "verdict", verdict, "normal", normal);
            });
    packets.into(all);
    bytes.into(all);
    Family bindPackets = counter("lb_bind_packets", "Packets for a bind.");
    Family bindBytes = counter("lb_bind_bytes", "Bytes of frames for a bind.");
    for (BindReport bind : report.counters().binds()) {
      bindPackets.add(bind.packets(), "table", bind.table(), "bind", bind.bind());
      bindBytes.add(bind.bytes(), "table", bind.table(), "bind", bind.bind());
    }
    bindPackets.into(all);
    bindBytes.into(all);
    Family toPackets = counter("lb_backend_packets", "Packets sent to a backend as first hop.");
    Family toBytes = counter("lb_backend_bytes", "Bytes of frames that went to a first hop.");
    for (BackendReport backend : report.counters().backends()) {
      toPackets.add(backend.packets(), "backend", backend.address());
      toBytes.add(backend.bytes(), "backend", backend.address());
    }
    toPackets.into(all);
    toBytes.into(all);
  }

  private void tables() {
    Family info = gauge("lb_table_info", "Always 1; digest is that of the rows in force.");
    Family backends = gauge("lb_table_backends", "Backends of a table in a state.");
    Family rows = gauge("lb_table_backend_rows", "Rows of the 65536 that a backend leads.");
    Family busiest =
        gauge("lb_table_busiest_ratio", "Rows of the busiest backend, by what it is due.");
    Family relaxed =
        gauge("lb_table_balance_relaxed", "Whether no rows keep to the balance limit: 1 or 0.");
    for (TableReport table : report.tables()) {
      info.add(1, "table", table.name(), "algorithm", table.algorithm(), "digest", table.digest());
      Map<String, Integer> states = new HashMap<>();
      for (String state : new String[] {"active", "filling", "draining", "inactive"}) {
        states.put(state, 0);
      }
      for (TableBackendReport backend : table.backends()) {
        states.merge(backend.state(), 1, Integer::sum);
        rows.add(backend.rows(), "table", table.name(), "backend", backend.address());
      }
      table.balance().busiest().ifPresent(one -> busiest.add(ratio(one), "table", table.name()));
      relaxed.add(bit(table.balance().relaxed()), "table", table.name());
      states.forEach((state, count) -> backends.add(count, "table", table.name(), "state", state));
    }
    info.into(all);
    backends.into(all);
    rows.into(all);
    busiest.into(all);
    relaxed.into(all);
  }

  private void health() {
    gauge("lb_checks_frozen", "Whether verdicts stay as they are, for want of a carrier: 1 or 0.")
        .add(bit(report.health().frozen()))
        .into(all);
    gauge("lb_checks_late_seconds", "How late the checks are; 0 if in time.")
        .add(report.health().stalledSeconds())
        .into(all);
    Family down = gauge("lb_table_backends_down", "Backends of a table that are proven down.");
    Family panic =
        gauge("lb_table_panic", "Whether all backends count as up, as too many are down: 1 or 0.");
    Family health =
        gauge("lb_check_health", "What a check found of a backend: 1 up, 0 down, -1 unknown.");
    Family latency =
        gauge("lb_check_latency_seconds", "How long the last good result of a check took.");
    for (TableHealthReport table : report.health().tables()) {
      down.add(table.down(), "table", table.table());
      panic.add(bit(table.panic()), "table", table.table());
      Map<String, Integer> seen = new HashMap<>();
      for (CheckReport check : table.checks()) {
        String[] labels = labels(table.table(), check, seen);
        health.add(health(check.health()), labels);
        check.latencyMicros().ifPresent(micros -> latency.add(micros / MICROS, labels));
      }
    }
    down.into(all);
    panic.into(all);
    health.into(all);
    latency.into(all);
  }

  /** Checks of one backend may read the same; the second is {@code http :80/ #2}. */
  private static String[] labels(String table, CheckReport check, Map<String, Integer> seen) {
    int count = seen.merge(check.backend() + " " + check.check(), 1, Integer::sum);
    String name = check.check() + (count > 1 ? " #" + count : "");
    return new String[] {"table", table, "backend", check.backend(), "check", name};
  }

  private static double health(String word) {
    return switch (word) {
      case "up" -> 1;
      case "down" -> 0;
      default -> -1;
    };
  }

  private void reloads() {
    Family reloads = counter("lb_reloads", "Reloads, by how they ended.");
    Family seconds = counter("lb_reload_seconds", "How long reloads took, by how they ended.");
    report
        .reloads()
        .forEach(
            (outcome, stats) -> {
              reloads.add(stats.count(), "outcome", outcome);
              seconds.add(stats.seconds(), "outcome", outcome);
            });
    reloads.into(all);
    seconds.into(all);
    if (!report.lastPublished().isEmpty()) {
      gauge("lb_last_reload_timestamp_seconds", "When a reload last published, Unix time.")
          .add(seconds(report.lastPublished()))
          .into(all);
    }
  }

  private static Family gauge(String name, String help) {
    return Family.gauge(name, help);
  }

  private static Family counter(String name, String help) {
    return Family.counter(name, help);
  }

  /** To three decimals, as the percentage has one. */
  private static double ratio(Deviation busiest) {
    return Math.round(1000 + 10 * busiest.aboveDuePercent()) / 1000.0;
  }

  private static double bit(boolean flag) {
    return flag ? 1 : 0;
  }

  private static double seconds(String time) {
    return Instant.parse(time).getEpochSecond();
  }
}
