package io.lbdirector.health;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs why this machine could not check: each reason at most once a minute, of however many
 * targets. Confined to the event loop.
 */
final class OwnFaults {
  private static final Logger LOG = LoggerFactory.getLogger(OwnFaults.class);
  private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int MOST_REASONS = 64;

  private final Map<String, Long> loggedAt =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST_REASONS;
        }
      };

  void note(Target target, String words, long nowNanos) {
    Long last = loggedAt.get(words);
    if (last == null || nowNanos - last >= PAUSE_NANOS) {
      loggedAt.put(words, nowNanos);
      LOG.atWarn()
          .addKeyValue("backend", target.backend())
          .addKeyValue("reason", words)
          .log("health check without a result");
    }
  }
}
