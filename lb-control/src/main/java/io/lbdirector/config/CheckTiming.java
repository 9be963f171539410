package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.Health;
import java.time.Duration;

/** The keys that {@code [health]} sets for every check, and a check for itself. */
record CheckTiming(Duration interval, Duration timeout, int rise, int fall) {
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofMinutes(60);
  private static final int MAX_COUNT = 1000;

  static CheckTiming of(Health health) {
    return new CheckTiming(health.interval(), health.timeout(), health.rise(), health.fall());
  }

  /** These keys as {@code section} has them; what it does not have stays as here. */
  CheckTiming overriddenBy(Section section) {
    CheckTiming timing =
        new CheckTiming(
            section.get("interval", Values.duration(SHORTEST, LONGEST), interval),
            section.get("timeout", Values.duration(SHORTEST, LONGEST), timeout),
            count(section, "rise", rise),
            count(section, "fall", fall));
    boolean own = section.has("timeout") || section.has("interval");
    if (own && timing.timeout.compareTo(timing.interval) > 0) {
      String message = "timeout = %s is longer than interval = %s; shorten it, or check less often";
      section.problem(
          section.has("timeout") ? "timeout" : "interval",
          message.formatted(Values.show(timing.timeout), Values.show(timing.interval)));
    }
    return timing;
  }

  private static int count(Section section, String key, int otherwise) {
    String rule = "use 1 to " + MAX_COUNT + " checks in a row";
    return section.get(key, Values.integer(1, MAX_COUNT, rule), otherwise);
  }
}
