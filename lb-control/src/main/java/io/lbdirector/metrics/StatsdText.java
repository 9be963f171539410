package io.lbdirector.metrics;

import io.lbdirector.director.DirectorControl.BackendReport;
import io.lbdirector.director.DirectorControl.BindReport;
import io.lbdirector.director.DirectorControl.MetricsReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The lines of statsd: counters as what they grew by since the last lines, gauges as they stand.
 * Names are {@code lb.INSTANCE.verdict.tx_forwarded.packets} and alike; whatever is no letter,
 * digit or dash within a part of a name becomes {@code _}; what then has the same name is added up.
 * For one thread.
 */
public final class StatsdText {
  private Map<String, Long> last = new HashMap<>();

  /** One line for each counter that grew and for each gauge, without line ends. */
  public List<String> lines(MetricsReport report) {
    String prefix = "lb." + part(report.status().instance()) + ".";
    Map<String, Long> now = counters(report);
    List<String> lines = new ArrayList<>();
    now.forEach(
        (name, count) -> {
          long before = last.getOrDefault(name, 0L);
          long grown = count < before ? count : count - before; // it began anew
          if (grown > 0 && !last.isEmpty()) {
            lines.add(prefix + name + ":" + grown + "|c");
          }
        });
    last = now;
    gauges(report).forEach((name, value) -> lines.add(prefix + name + ":" + value + "|g"));
    return lines;
  }

  private static Map<String, Long> counters(MetricsReport report) {
    Map<String, Long> counters = new TreeMap<>();
    report
        .counters()
        .verdicts()
        .forEach((v, c) -> put(counters, "verdict." + part(v), c.packets(), c.bytes()));
    for (BindReport bind : report.counters().binds()) {
      String name = "bind." + part(bind.table()) + "." + part(bind.bind());
      put(counters, name, bind.packets(), bind.bytes());
    }
    for (BackendReport backend : report.counters().backends()) {
      put(counters, "backend." + part(backend.address()), backend.packets(), backend.bytes());
    }
    report.reloads().forEach((outcome, r) -> counters.put("reloads." + part(outcome), r.count()));
    return counters;
  }

  private static void put(Map<String, Long> counters, String name, long packets, long bytes) {
    counters.merge(name + ".packets", packets, Long::sum);
    counters.merge(name + ".bytes", bytes, Long::sum);
  }

  private static Map<String, Long> gauges(MetricsReport report) {
    Map<String, Long> gauges = new TreeMap<>();
    gauges.put("ready", report.status().ready() ? 1L : 0L);
    gauges.put("generation", report.status().generation());
    report
        .health()
        .tables()
        .forEach(
            table -> {
              String name = "table." + part(table.table());
              gauges.merge(name + ".down", (long) table.down(), Long::sum);
              gauges.merge(name + ".panic", table.panic() ? 1L : 0L, Long::sum);
            });
    return gauges;
  }

  private static String part(String text) {
    return text.replaceAll("[^A-Za-z0-9-]", "_");
  }
}
