package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.NarrowLayout.Narrow;
import io.lbdirector.director.DirectorControl.Event;
import io.lbdirector.forwarding.IpAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NarrowNewsTest {
  private static final IpAddress ONE = IpAddress.parse("10.0.1.1");
  private static final IpAddress TWO = IpAddress.parse("2001:db8::2");
  private static final IpAddress STRANGER = IpAddress.parse("10.9.9.9");
  private static final Set<IpAddress> BACKENDS = Set.of(ONE, TWO);

  private final Map<IpAddress, Narrow> ways = new HashMap<>();
  private final TestClock clock = new TestClock();
  private final EventLog log = new EventLog(clock);
  private final List<Event> events = new ArrayList<>();

  private static final class TestClock extends Clock {
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private NarrowNews news() {
    log.subscribe(0, events::add);
    return new NarrowNews(() -> Map.copyOf(ways), log, clock);
  }

  private List<Object> told() {
    List<Object> told = new ArrayList<>();
    events.forEach(e -> told.add(e.details().get("backend") + " " + e.details().get("mtu")));
    events.clear();
    return told;
  }

  @Test
  void shouldTellOfEachBackendOnce() {
    NarrowNews news = news();
    news.tick(BACKENDS);
    assertEquals(List.of(), told());
    ways.put(ONE, new Narrow(1, 1400));
    news.tick(BACKENDS);
    assertEquals(List.of("10.0.1.1 1400"), told());
    news.tick(BACKENDS);
    ways.put(ONE, new Narrow(7, 1400));
    ways.put(TWO, new Narrow(1, 1300));
    news.tick(BACKENDS);
    assertEquals(List.of("2001:db8::2 1300"), told());
  }

  @Test
  void shouldTellAgainOfWhatChangedOrLasts() {
    NarrowNews news = news();
    ways.put(ONE, new Narrow(1, 1400));
    news.tick(BACKENDS);
    ways.put(ONE, new Narrow(2, 1300));
    news.tick(BACKENDS);
    assertEquals(List.of("10.0.1.1 1400", "10.0.1.1 1300"), told());
    clock.now = clock.now.plus(NarrowNews.QUIET).minus(Duration.ofSeconds(1));
    ways.put(ONE, new Narrow(3, 1300));
    news.tick(BACKENDS);
    assertEquals(List.of(), told());
    clock.now = clock.now.plus(Duration.ofSeconds(1));
    news.tick(BACKENDS);
    assertEquals(List.of(), told());
    ways.put(ONE, new Narrow(4, 1300));
    news.tick(BACKENDS);
    assertEquals(List.of("10.0.1.1 1300"), told());
  }

  @Test
  void shouldNotTellOfWhatWasKnownBefore() {
    ways.put(ONE, new Narrow(5, 1400));
    NarrowNews news = news();
    news.tick(BACKENDS);
    assertEquals(List.of(), told());
    ways.put(ONE, new Narrow(6, 1400));
    news.tick(BACKENDS);
    assertEquals(List.of("10.0.1.1 1400"), told());
  }

  @Test
  void shouldNotListenToTalkOfStrangers() {
    NarrowNews news = news();
    ways.put(STRANGER, new Narrow(1, 68));
    news.tick(BACKENDS);
    assertEquals(List.of(), told());
  }

  @Test
  void shouldSayWhatToDo() {
    NarrowNews news = news();
    ways.put(ONE, new Narrow(1, 1400));
    ways.put(TWO, new Narrow(1, 0));
    news.tick(BACKENDS);
    assertEquals(
        Set.of(
            "a router on the way to 10.0.1.1 lets through 1400 bytes: packets above that are lost;"
                + " widen the way, or set director.mtu",
            "a router on the way to 2001:db8::2 lets through a size that it did not say: packets"
                + " above that are lost; widen the way, or set director.mtu"),
        Set.of(events.get(0).message(), events.get(1).message()));
  }
}
