package io.lbdirector.cli;

import java.time.Duration;

/** Where {@link Top} shows what it finds. */
interface TopView extends AutoCloseable {
  void show(Rates rates);

  /**
   * There was no answer.
   *
   * @param why a sentence
   * @param age since the last answer
   */
  void miss(String why, Duration age);

  /** Waits; returns true at once if the user has seen enough. */
  boolean pause(Duration time) throws InterruptedException;

  @Override
  void close();
}
