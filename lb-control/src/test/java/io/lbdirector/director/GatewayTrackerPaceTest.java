package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class GatewayTrackerPaceTest {
  private static final IpAddress ONE = IpAddress.parse("192.0.2.1");
  private static final IpAddress TWO = IpAddress.parse("192.0.2.2");

  /** A clock may begin anywhere, and overflow. */
  private static final long START = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();

  private final GatewayTrackerPace<IpAddress> pace =
      new GatewayTrackerPace<>(Duration.ofSeconds(10));

  @Test
  void shouldAskAtOnceThenEveryPeriod() {
    assertEquals(Set.of(ONE), due(0, ONE));
    assertEquals(Set.of(), due(9_999, ONE));
    assertEquals(Set.of(ONE), due(10_000, ONE));
    assertEquals(Set.of(), due(19_999, ONE));
    assertEquals(Set.of(ONE), due(20_000, ONE));
  }

  @Test
  void shouldAskForANewAddressWithoutDelay() {
    due(0, ONE);
    assertEquals(Set.of(TWO), due(1, ONE, TWO));
  }

  @Test
  void shouldAskSoonerInDoubtYetNotWithinASecond() {
    due(0, ONE, TWO);
    pace.doubt(ONE);
    assertEquals(Set.of(), due(999, ONE, TWO));
    assertEquals(Set.of(ONE), due(1_000, ONE, TWO));
    assertEquals(Set.of(), due(2_000, ONE, TWO));
    assertEquals(Set.of(TWO), due(10_000, ONE, TWO));
  }

  @Test
  void shouldForgetAddressesThatAreNotWanted() {
    due(0, ONE);
    due(1, TWO);
    assertEquals(Set.of(ONE), due(2, ONE));
  }

  @Test
  void shouldAskForAllAgainAfterARestart() {
    due(0, ONE);
    pace.restart();
    assertEquals(Set.of(ONE), due(1, ONE));
  }

  @Test
  void shouldNotPauseLongerThanItsPeriod() {
    GatewayTrackerPace<IpAddress> fast = new GatewayTrackerPace<>(Duration.ofMillis(50));
    assertEquals(Set.of(ONE), fast.due(Set.of(ONE), 0));
    fast.doubt(ONE);
    assertEquals(Set.of(ONE), fast.due(Set.of(ONE), Duration.ofMillis(50).toNanos()));
  }

  private Set<IpAddress> due(long millis, IpAddress... wanted) {
    return pace.due(Set.of(wanted), START + Duration.ofMillis(millis).toNanos());
  }
}
