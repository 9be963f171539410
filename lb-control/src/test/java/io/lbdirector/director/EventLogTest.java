package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.director.DirectorControl.Event;
import io.lbdirector.director.DirectorControl.EventSubscription;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class EventLogTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
  private final EventLog log = new EventLog(Clock.fixed(NOW, ZoneOffset.UTC));

  private void add(String message) {
    log.add("state", message, Map.of());
  }

  private static List<String> messages(List<Event> events) {
    return events.stream().map(Event::message).toList();
  }

  @Test
  void shouldTellWhatHappensUntilTheClose() {
    List<Event> heard = new ArrayList<>();
    add("before");
    EventSubscription subscription = log.subscribe(Long.MAX_VALUE, heard::add);
    add("meanwhile");
    subscription.close();
    add("after");
    assertEquals(List.of("meanwhile"), messages(heard));
    assertEquals("2026-01-02T03:04:05.678Z", heard.get(0).at());
  }

  @Test
  void shouldTellAgainWhatAListenerMissed() {
    List<Event> first = new ArrayList<>();
    log.subscribe(0, first::add);
    add("one");
    add("two");
    add("three");
    List<Event> late = new ArrayList<>();
    log.subscribe(first.get(0).id(), late::add);
    assertEquals(List.of("two", "three"), messages(late));
    assertEquals(first.get(0).id() + 2, late.get(1).id());
  }

  @Test
  void shouldRememberTheLastThousand() {
    for (int i = 1; i <= 1001; i++) {
      add("event " + i);
    }
    List<Event> heard = new ArrayList<>();
    log.subscribe(0, heard::add);
    assertEquals(1000, heard.size());
    assertEquals("event 2", heard.get(0).message());
  }

  @Test
  void shouldCountOnAfterARestart() {
    List<Event> before = new ArrayList<>();
    log.subscribe(0, before::add);
    add("one");
    EventLog next = new EventLog(Clock.fixed(NOW.plusSeconds(1), ZoneOffset.UTC));
    List<Event> after = new ArrayList<>();
    next.subscribe(before.get(0).id(), after::add);
    next.add("state", "two", Map.of());
    assertEquals(List.of("two"), messages(after));
    assertTrue(after.get(0).id() > before.get(0).id());
  }

  @Test
  void shouldTellAListenerTwiceThatListensTwice() {
    List<Event> heard = new ArrayList<>();
    Consumer<Event> listener = heard::add;
    log.subscribe(0, listener);
    EventSubscription second = log.subscribe(0, listener);
    add("one");
    second.close();
    add("two");
    assertEquals(List.of("one", "one", "two"), messages(heard));
  }
}
