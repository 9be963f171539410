package io.lbdirector.director;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A named thread that runs what is posted to it, in order. A task that throws ends there, and the
 * thread goes on.
 */
final class OwnerThread implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OwnerThread.class);

  private final String name;
  private final ScheduledThreadPoolExecutor executor;

  OwnerThread(String name) {
    this.name = name;
    this.executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * Runs a task that nobody waits for: what it throws is logged.
   *
   * @throws RejectedExecutionException after the close
   */
  @Override
  public void execute(Runnable task) {
    executor.execute(() -> run(task));
  }

  /** Like {@link #execute}, but does nothing after the close: for news that come too late. */
  void tell(Runnable task) {
    tellLater(Duration.ZERO, task);
  }

  /** Like {@link #tell}, after a while; what is still to come at the close is forgotten. */
  void tellLater(Duration time, Runnable task) {
    try {
      executor.schedule(() -> run(task), Math.max(0, time.toMillis()), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.atDebug().addKeyValue("thread", name).log("news after the end");
    }
  }

  /**
   * @return what {@code question} returns, or fails with what it throws
   * @throws RejectedExecutionException after the close
   */
  <T> CompletableFuture<T> ask(Supplier<T> question) {
    return CompletableFuture.supplyAsync(question, this);
  }

  /** Nobody else learns of it, hence everything is caught, and logged here. */
  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.atError().addKeyValue("thread", name).setCause(e).log("task failed, goes on");
    }
  }

  /** Lets what was posted finish, for at most ten seconds. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
