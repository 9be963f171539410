package io.lbdirector.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.event.KeyValuePair;

/**
 * An event as one line: {@code generation published generation=7 config=/etc/lb/forwarding.toml}.
 * In front of it stand time, level and who says it; for journald, which has times of its own, the
 * level as sd-daemon(3) writes it.
 *
 * <p>An exception becomes {@code error}, with its causes, and {@code at}, where the innermost was
 * thrown.
 */
public final class EventLayout extends LayoutBase<ILoggingEvent> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** Enough to see which part of ours it came through. */
  private static final int MOST_FRAMES = 8;

  private static final int MOST_CAUSES = 5;

  private final boolean journal;

  /** For standard error as it is. */
  public EventLayout() {
    this(Journal.readsStderr());
  }

  EventLayout(boolean journal) {
    this.journal = journal;
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    if (journal) {
      line.append(Journal.prefix(event.getLevel()));
    } else {
      TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
      line.append(" %-5s ".formatted(event.getLevel()));
    }
    String logger = event.getLoggerName();
    line.append(logger.substring(logger.lastIndexOf('.') + 1)).append(' ');
    return line.append(text(event)).append('\n').toString();
  }

  /** The event itself: words, then keys and values. */
  public static String text(ILoggingEvent event) {
    StringBuilder text = new StringBuilder();
    LogText.appendWords(text, String.valueOf(event.getFormattedMessage()));
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      pairs.forEach(pair -> append(text, pair.key, String.valueOf(pair.value)));
    }
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      append(text, "error", describe(thrown));
      append(text, "at", frames(innermost(thrown)));
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String key, String value) {
    text.append(' ').append(key).append('=');
    LogText.appendValue(text, value);
  }

  private static String describe(IThrowableProxy thrown) {
    StringBuilder words = new StringBuilder(name(thrown));
    IThrowableProxy cause = thrown.getCause();
    for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
      words.append("; caused by ").append(name(cause));
      cause = cause.getCause();
    }
    for (IThrowableProxy suppressed : thrown.getSuppressed()) {
      words.append("; besides ").append(name(suppressed));
    }
    return words.toString();
  }

  private static String name(IThrowableProxy thrown) {
    String type = thrown.getClassName();
    String name = type.substring(type.lastIndexOf('.') + 1);
    return thrown.getMessage() == null ? name : name + ": " + thrown.getMessage();
  }

  private static IThrowableProxy innermost(IThrowableProxy thrown) {
    IThrowableProxy cause = thrown;
    for (int i = 0; i < MOST_CAUSES && cause.getCause() != null; i++) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String frames(IThrowableProxy thrown) {
    return Arrays.stream(thrown.getStackTraceElementProxyArray())
        .limit(MOST_FRAMES)
        .map(frame -> frame.getStackTraceElement().toString())
        .collect(Collectors.joining(" < "));
  }
}
