package io.lbdirector.director;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.lbdirector.log.EventLayout;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What a class logs, until closed. */
public final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
  private final Logger logger;

  public LogLines(Class<?> logging) {
    logger = (Logger) LoggerFactory.getLogger(logging);
    start();
    logger.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    events.add(event);
  }

  public List<String> at(Level level) {
    return events.stream()
        .filter(event -> event.getLevel() == level)
        .map(EventLayout::text)
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(this);
  }
}
