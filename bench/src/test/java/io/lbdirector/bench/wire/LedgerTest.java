package io.lbdirector.bench.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lbdirector.bench.harness.VoidRunException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private final AtomicLong sent = new AtomicLong(1_000);
  private final AtomicLong dropped = new AtomicLong(7);
  private final AtomicLong arrived = new AtomicLong(900);
  private final Ledger ledger =
      new Ledger(
          "way",
          List.of(
              new Station("sender", sent::get, "ring", dropped::get),
              Station.lossless("sink", arrived::get)));

  @Test
  void shouldCountWhatWasLostBetweenStations() {
    ledger.enter(64, () -> move(64, 4, 60));
    ledger.enter(64, () -> move(64, 0, 64));

    assertEquals(128, ledger.passed(0));
    assertEquals(4, ledger.lost(0));
    assertEquals(124, ledger.passed(1));
    assertEquals(4, ledger.lost());
  }

  @Test
  void shouldVoidARunThatLostAFrameWhichNobodyCounted() {
    VoidRunException e =
        assertThrows(VoidRunException.class, () -> ledger.enter(64, () -> move(64, 0, 63)));

    assertEquals(
        "run void: way: 64 frames do not add up: passed [64, 63], lost behind each [0, 0], at"
            + " [sender, sink]",
        e.getMessage());
  }

  @Test
  void shouldVoidARunThatSentLessThanItSays() {
    assertThrows(VoidRunException.class, () -> ledger.enter(64, () -> move(63, 0, 63)));
  }

  private void move(int more, int moreDropped, int moreArrived) {
    sent.addAndGet(more);
    dropped.addAndGet(moreDropped);
    arrived.addAndGet(moreArrived);
  }
}
