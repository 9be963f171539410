package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.Health;
import java.time.Duration;

/** Reads {@code [health]}. */
final class HealthReader {
  static final Health DEFAULT = new Health(Duration.ofSeconds(2), Duration.ofSeconds(1), 3, 3, 50);

  private HealthReader() {}

  static Health read(Section section) {
    CheckTiming timing = CheckTiming.of(DEFAULT).overriddenBy(section);
    int maxDown = section.get("max_down", Values.percent(0, 100), DEFAULT.maxDownPercent());
    section.finish();
    return new Health(timing.interval(), timing.timeout(), timing.rise(), timing.fall(), maxDown);
  }
}
