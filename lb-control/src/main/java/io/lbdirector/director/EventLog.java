package io.lbdirector.director;

import io.lbdirector.director.DirectorControl.Event;
import io.lbdirector.director.DirectorControl.EventSubscription;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What happened, for those who listen, and the last of it for those who come late. Thread-safe. */
final class EventLog {
  private static final int REMEMBERED = 1000;

  private final Clock clock;
  private final Deque<Event> last = new ArrayDeque<>();
  private final List<Consumer<Event>> listeners = new ArrayList<>();
  private long lastId;

  EventLog(Clock clock) {
    this.clock = clock;
    this.lastId = clock.millis(); // beyond those of the daemon before, for clients that resume
  }

  synchronized void add(String type, String message, Map<String, Object> details) {
    String at = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
    Event event = new Event(++lastId, at, type, message, details);
    if (last.size() == REMEMBERED) {
      last.removeFirst();
    }
    last.addLast(event);
    listeners.forEach(listener -> listener.accept(event));
  }

  /** See {@link DirectorControl#events}. */
  synchronized EventSubscription subscribe(long after, Consumer<Event> listener) {
    Consumer<Event> own = listener::accept; // two subscriptions of one listener are two
    last.stream().filter(event -> event.id() > after).forEach(own);
    listeners.add(own);
    return () -> remove(own);
  }

  private synchronized void remove(Consumer<Event> listener) {
    listeners.remove(listener);
  }
}
