package io.lbdirector.lab;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.lbdirector.abi.Verdict;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** The director's counters at one moment, in packets. */
final class Counters {
  private final Map<Verdict, Long> verdicts = new EnumMap<>(Verdict.class);
  private final Map<String, Long> binds = new HashMap<>();
  private final long total;

  /**
   * @param json answer of {@code GET /v1/counters}
   */
  Counters(JsonObject json) {
    JsonObject byName = json.getAsJsonObject("verdicts");
    for (Verdict verdict : Verdict.values()) {
      verdicts.put(verdict, packets(byName.get(verdict.label())));
    }
    for (JsonElement bind : json.getAsJsonArray("binds")) {
      binds.put(bind.getAsJsonObject().get("bind").getAsString(), packets(bind));
    }
    total = packets(json.get("total"));
  }

  private static long packets(JsonElement counter) {
    return counter.getAsJsonObject().get("packets").getAsLong();
  }

  /** Packets of all verdicts. */
  long total() {
    return total;
  }

  long of(Verdict verdict) {
    return verdicts.get(verdict);
  }

  /** Packets of the bind of one protocol and port, over both VIPs. */
  long ofBinds(String protocol, int port) {
    return binds.get(protocol + " " + Lab.VIP4 + ":" + port)
        + binds.get(protocol + " [" + Lab.VIP6 + "]:" + port);
  }

  /** What was counted since {@code before}, by verdict; nothing of verdicts that did not count. */
  Map<Verdict, Long> since(Counters before) {
    Map<Verdict, Long> counted = new EnumMap<>(Verdict.class);
    verdicts.forEach((verdict, packets) -> counted.put(verdict, packets - before.of(verdict)));
    counted.values().removeIf(packets -> packets == 0);
    return counted;
  }
}
