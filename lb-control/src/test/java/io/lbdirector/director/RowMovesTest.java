package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.SipKey;
import io.lbdirector.forwarding.TableRows;
import io.lbdirector.forwarding.TableRules;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RowMovesTest {
  private static final SipKey SEED = SipKey.parseHex("34567890123456783456789012345678");

  /** Backends 10.0.1.1 to 10.0.1.N, in the states given by letter: a, d(raining), i(nactive). */
  private static ForwardingTable rows(int hops, String states) {
    List<Backend> pool = new ArrayList<>();
    for (int i = 0; i < states.length(); i++) {
      BackendState state =
          switch (states.charAt(i)) {
            case 'a' -> BackendState.ACTIVE;
            case 'd' -> BackendState.DRAINING;
            default -> BackendState.INACTIVE;
          };
      pool.add(Backend.active(IpAddress.parse("10.0.1." + (i + 1))).withState(state));
    }
    return TableRows.build(TableRules.rendezvous(SEED, hops), pool, b -> true);
  }

  private static int led(ForwardingTable rows, String address) {
    return rows.primaryCounts()[rows.addresses().indexOf(IpAddress.parse(address))];
  }

  @Test
  void shouldRescueEveryRowOfADrain() {
    ForwardingTable before = rows(2, "aaa");
    int led = led(before, "10.0.1.2");
    assertTrue(led > 0);
    assertEquals(new RowMoves(led, led, led, 0, 0), RowMoves.of(before, rows(2, "ada")));
    assertEquals(new RowMoves(led, led, led, 0, 0), RowMoves.of(rows(2, "ada"), before));
  }

  @Test
  void shouldLoseEveryRowOfABackendThatIsTakenOut() {
    ForwardingTable before = rows(2, "aaa");
    int led = led(before, "10.0.1.2");
    assertEquals(new RowMoves(led, led, 0, led, led), RowMoves.of(before, rows(2, "aia")));
  }

  @Test
  void shouldLoseTheRowsInWhichTwoChanged() {
    ForwardingTable before = rows(2, "daaa");
    ForwardingTable after = rows(2, "ddaa");
    RowMoves moves = RowMoves.of(before, after);
    int ledBy2 = led(before, "10.0.1.2");
    int lost = 0;
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      lost += isLost(before, after, row) ? 1 : 0;
    }
    assertTrue(lost > 0 && lost < ledBy2, lost + " of " + ledBy2);
    assertEquals(new RowMoves(ledBy2, ledBy2, ledBy2 - lost, lost, 0), moves);
    assertEquals(0, RowMoves.of(rows(3, "daaa"), rows(3, "ddaa")).lost());
  }

  /** Word for word: the old primary is nowhere in the new row. */
  private static boolean isLost(ForwardingTable before, ForwardingTable after, int row) {
    for (int hop = 0; hop < after.hopCount(); hop++) {
      if (after.hop(row, hop).equals(before.hop(row, 0))) {
        return false;
      }
    }
    return true;
  }

  @Test
  void shouldCountNoRowsOfTheSameTable() {
    assertEquals(RowMoves.NONE, RowMoves.of(rows(2, "aa"), rows(2, "aa")));
  }

  @Test
  void shouldCountAllRowsOfATableThatGetsOrLosesItsLastHop() {
    int all = ForwardingTable.ROWS;
    assertEquals(new RowMoves(all, all, 0, all, all), RowMoves.of(rows(2, "a"), rows(2, "i")));
    assertEquals(new RowMoves(all, all, 0, 0, 0), RowMoves.of(rows(2, "i"), rows(2, "a")));
    assertEquals(RowMoves.NONE, RowMoves.of(rows(2, "i"), rows(3, "i")));
  }

  /** Backends 10.0.1.1 and so on, with the weights given. */
  private static ForwardingTable balanced(int... weights) {
    List<Backend> pool = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      IpAddress address = IpAddress.parse("10.0.1." + (i + 1));
      pool.add(new Backend(address, BackendState.ACTIVE, OptionalInt.empty(), weights[i]));
    }
    return TableRows.build(TableRules.balanced(SEED, 5, 3), pool, b -> true);
  }

  @Test
  void shouldMoveNoMoreRowsThanItMustWhenRendezvousGrowsOrShrinks() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 5; i++) {
      char[] letters = "a".repeat(4 + random.nextInt(12)).toCharArray();
      ForwardingTable all = rows(2, new String(letters));
      letters[random.nextInt(letters.length)] = 'i';
      letters[random.nextInt(letters.length)] = 'i';
      ForwardingTable fewer = rows(2, new String(letters));
      RowMoves out = RowMoves.of(all, fewer);
      assertTrue(out.moved() > 0, "seed " + seed);
      assertEquals(out.moved(), out.minimum(), "seed " + seed);
      assertEquals(out.lost(), out.orphaned(), "seed " + seed);
      RowMoves in = RowMoves.of(fewer, all);
      assertEquals(in.moved(), in.minimum(), "seed " + seed);
      assertEquals(0, in.orphaned(), "seed " + seed);
    }
  }

  /** Word for word: what every backend leads less than before. */
  private static long minimum(ForwardingTable before, ForwardingTable after) {
    long minimum = 0;
    for (IpAddress address : before.addresses()) {
      int leads = after.addresses().contains(address) ? led(after, address.toString()) : 0;
      minimum += Math.max(0, led(before, address.toString()) - leads);
    }
    return minimum;
  }

  @Test
  void shouldTellHowManyMoreRowsThanItMustBalancedMoves() {
    int[] five = {1, 1, 1, 1, 1};
    int[] six = {1, 1, 1, 1, 1, 1};
    int[] heavy = {1, 1, 3, 1, 1};
    long extra = 0;
    for (int[][] change : new int[][][] {{five, six}, {six, five}, {five, heavy}, {heavy, five}}) {
      ForwardingTable before = balanced(change[0]);
      ForwardingTable after = balanced(change[1]);
      RowMoves moves = RowMoves.of(before, after);
      assertEquals(minimum(before, after), moves.minimum());
      assertTrue(moves.moved() >= moves.minimum(), moves.toString());
      assertTrue(moves.minimum() > 0, moves.toString());
      extra += moves.moved() - moves.minimum();
    }
    assertTrue(extra > 0, "rows of others moved, too");
    assertEquals(
        RowMoves.of(balanced(five), balanced(six)).plus(RowMoves.NONE),
        RowMoves.of(balanced(five), balanced(six)));
  }
}
