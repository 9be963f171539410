package io.lbdirector.health;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class FreezeTest {
  private final Freeze freeze = new Freeze();

  @Test
  void shouldLetResultsCountUnlessFrozen() {
    int before = freeze.mark();
    assertTrue(freeze.countsSince(before));
    freeze.set(true);
    assertFalse(freeze.countsSince(before));
    assertFalse(freeze.countsSince(freeze.mark()));
    freeze.set(false);
    assertTrue(freeze.countsSince(freeze.mark()));
  }

  @Test
  void shouldNotLetChecksCountThatWereUnderWayWhileFrozen() {
    int before = freeze.mark();
    freeze.set(true);
    int during = freeze.mark();
    freeze.set(false);
    assertFalse(freeze.countsSince(before));
    assertFalse(freeze.countsSince(during));
  }

  @Test
  void shouldNotTakeTheSameWordTwiceForAChange() {
    int before = freeze.mark();
    freeze.set(false);
    assertTrue(freeze.countsSince(before));
    freeze.set(true);
    freeze.set(true);
    freeze.set(false);
    assertTrue(freeze.countsSince(freeze.mark()));
  }
}
