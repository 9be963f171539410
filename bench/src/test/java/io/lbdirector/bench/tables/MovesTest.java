package io.lbdirector.bench.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.forwarding.IpAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MovesTest {
  private static final IpAddress A = IpAddress.parse("10.0.0.1");
  private static final IpAddress B = IpAddress.parse("10.0.0.2");
  private static final IpAddress C = IpAddress.parse("10.0.0.3");
  private static final IpAddress D = IpAddress.parse("10.0.0.4");

  private static final Placement BEFORE =
      rows(List.of(A, B, C), 0, 1, 2, /**/ 0, 1, 2, /**/ 1, 0, 2, /**/ 1, 2, 0, /**/ 2, 1, 0);

  /** D is new, and leads two rows: of A, whose third hop still finds it, and of C, which is out. */
  private static final Placement AFTER =
      rows(List.of(A, B, C, D), 1, 0, 2, /**/ 3, 1, 0, /**/ 0, 2, 1, /**/ 1, 2, 0, /**/ 3, 0, 1);

  private static Placement rows(List<IpAddress> backends, int... hops) {
    short[] places = new short[hops.length];
    for (int i = 0; i < hops.length; i++) {
      places[i] = (short) hops[i];
    }
    return new Placement(backends, 3, places);
  }

  @Test
  void shouldTellWhatMovedFromWhatHadTo() {
    Moves moves = new Moves(BEFORE, AFTER);

    assertEquals(4, moves.moved());
    assertEquals(2, moves.minimum()); // A and C lead one row fewer, B as many
    assertEquals(2, moves.needless());
    assertEquals(2, new Moves(AFTER, BEFORE).minimum()); // D leads none; A and C gain what it had
    assertEquals(0, new Moves(BEFORE, BEFORE).moved());
  }

  @Test
  void shouldCountWhatTheHopsOfTheNewRowDoNotReach() {
    Moves moves = new Moves(BEFORE, AFTER);

    assertEquals(4, moves.lost(1, Set.of()));
    assertEquals(3, moves.lost(2, Set.of()));
    assertEquals(1, moves.lost(3, Set.of()));
    assertEquals(1, moves.lost(4, Set.of()));
  }

  @Test
  void shouldNotCountConnectionsThatEndAnyway() {
    Moves moves = new Moves(BEFORE, AFTER);

    assertEquals(0, moves.lost(3, Set.of(C)));
    assertEquals(2, moves.lost(2, Set.of(C)));
  }

  @Test
  void shouldCountRowsOfThoseToWhomNothingHappened() {
    Moves moves = new Moves(BEFORE, AFTER);

    assertEquals(2, moves.ofOthers(Set.of(A)));
    assertEquals(3, moves.ofOthers(Set.of(C)));
  }

  @Test
  void shouldTellHowFarTheBusiestIsAboveItsPart() {
    assertEquals(2 * 3 / 5.0 - 1, BEFORE.busiest(), 1e-9);
    assertEquals(2 * 4 / 5.0 - 1, AFTER.busiest(), 1e-9);
  }
}
