package io.lbdirector;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.lbdirector.abi.Outcome;
import io.lbdirector.dataplane.BackendStats;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.forwarding.IpAddress;
import java.util.Map;

/** A backend's counters, as people and as programs read them. */
final class BackendStatsReport {
  private static final String TOTAL = "%s %-15s %15s %18s  %s%n";
  private static final String VIP = "%-39s %-15s %15s %18s%n";

  private BackendStatsReport() {}

  /**
   * Every outcome, with a {@code !} where a count is no part of ordinary work, then the VIPs with
   * what happened to them.
   */
  static String text(BackendStats stats) {
    StringBuilder text = new StringBuilder();
    text.append(TOTAL.formatted(" ", "OUTCOME", "PACKETS", "BYTES", "MEANING"));
    stats
        .total()
        .forEach(
            (outcome, count) ->
                text.append(
                    TOTAL.formatted(
                        isOdd(outcome, count) ? "!" : " ",
                        outcome.label(),
                        count.packets(),
                        count.bytes(),
                        outcome.meaning())));
    text.append("%n".formatted()).append(VIP.formatted("VIP", "OUTCOME", "PACKETS", "BYTES"));
    stats.vips().forEach((vip, counts) -> counts.forEach((o, c) -> text.append(line(vip, o, c))));
    return text.toString();
  }

  private static boolean isOdd(Outcome outcome, Count count) {
    return count.packets() > 0 && !outcome.isNormal();
  }

  private static String line(IpAddress vip, Outcome outcome, Count count) {
    return count.packets() == 0
        ? ""
        : VIP.formatted(
            vip.isUnspecified() ? "(none)" : vip, outcome.label(), count.packets(), count.bytes());
  }

  static String json(BackendStats stats) {
    JsonObject vips = new JsonObject();
    stats.vips().forEach((vip, counts) -> vips.add(vip.toString(), json(counts)));
    JsonObject all = new JsonObject();
    all.add("total", json(stats.total()));
    all.add("vips", vips);
    return new GsonBuilder().setPrettyPrinting().create().toJson(all);
  }

  private static JsonObject json(Map<Outcome, Count> counts) {
    JsonObject outcomes = new JsonObject();
    counts.forEach(
        (outcome, count) -> {
          JsonObject numbers = new JsonObject();
          numbers.addProperty("packets", count.packets());
          numbers.addProperty("bytes", count.bytes());
          outcomes.add(outcome.label(), numbers);
        });
    return outcomes;
  }
}
