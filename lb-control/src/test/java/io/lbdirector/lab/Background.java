package io.lbdirector.lab;

import java.util.concurrent.TimeUnit;

/**
 * Does a step on a thread of its own, again and again until it is told to stop or the step fails.
 */
final class Background implements AutoCloseable {
  private final Thread thread;
  private volatile boolean stopped;
  private volatile Throwable failure;
  private volatile long rounds;

  /** What is repeated. */
  interface Step {
    void run() throws Exception;
  }

  private Background(String name, Step step) {
    thread = new Thread(() -> repeat(step), name);
    thread.setDaemon(true);
  }

  static Background start(String name, Step step) {
    Background background = new Background(name, step);
    background.thread.start();
    return background;
  }

  /** Does the step once. */
  static Background once(String name, Step step) {
    Background background = new Background(name, step);
    background.stopped = true;
    background.thread.start();
    return background;
  }

  private void repeat(Step step) {
    try {
      do {
        step.run();
        rounds++; // written by this thread only
      } while (!stopped);
    } catch (Exception | AssertionError e) {
      failure = e;
    }
  }

  /** How often the step was done. */
  long rounds() {
    return rounds;
  }

  /** Waits until the step was done {@code more} times from now on. */
  void awaitRounds(long more) throws Exception {
    long enough = rounds + more;
    Await.until(
        more + " more rounds of " + thread.getName(), () -> rounds >= enough || failure != null);
    requireUnbroken();
  }

  /**
   * @throws AssertionError if the step failed
   */
  void requireUnbroken() {
    if (failure != null) {
      throw new AssertionError(
          thread.getName() + " failed in round " + (rounds + 1) + ": " + failure, failure);
    }
  }

  /** Stops, and waits until the step that is under way is done. */
  void finish() throws InterruptedException {
    stopped = true;
    TimeUnit.SECONDS.timedJoin(thread, Await.LIMIT.toSeconds());
    if (thread.isAlive()) {
      throw new AssertionError(thread.getName() + " does not stop");
    }
    requireUnbroken();
  }

  /** Stops, and does not wait. */
  @Override
  public void close() {
    stopped = true;
  }
}
