package io.lbdirector.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** What is logged: events of this level, and worse ones. */
public enum LogLevel {
  ERROR(Level.ERROR),
  WARN(Level.WARN),
  INFO(Level.INFO),
  DEBUG(Level.DEBUG);

  private final Level level;

  LogLevel(Level level) {
    this.level = level;
  }

  /** What a line of this level begins with where it does not go by the log; empty on a terminal. */
  public String prefix() {
    return Journal.readsStderr() ? Journal.prefix(level) : "";
  }

  /** From now on, in the whole process. */
  public void set() {
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(level);
  }
}
