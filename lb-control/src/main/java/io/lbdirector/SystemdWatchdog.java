package io.lbdirector;

import io.lbdirector.os.SdNotify;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd again and again that the director answers; does nothing where nobody wants to hear
 * it. A director that does not answer is restarted: packets are forwarded meanwhile.
 */
final class SystemdWatchdog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SystemdWatchdog.class);

  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "lb-systemd-watchdog");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param question that only a director at work answers; a failure is an answer
   */
  static SystemdWatchdog start(Supplier<CompletionStage<?>> question) {
    SystemdWatchdog watchdog = new SystemdWatchdog();
    SdNotify.watchdogInterval().ifPresent(interval -> watchdog.ask(interval, question));
    return watchdog;
  }

  private void ask(Duration interval, Supplier<CompletionStage<?>> question) {
    long nanos = interval.toNanos() / 2;
    executor.scheduleAtFixedRate(() -> ask(question), 0, nanos, TimeUnit.NANOSECONDS);
  }

  private static void ask(Supplier<CompletionStage<?>> question) {
    try {
      question.get().whenComplete((answer, failure) -> SdNotify.alive());
    } catch (RuntimeException e) { // or it would never be asked again
      LOG.debug("watchdog's question failed", e);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
