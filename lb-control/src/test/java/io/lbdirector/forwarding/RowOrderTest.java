package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Orders that were made of other orders are those made from nothing. */
class RowOrderTest {
  private static final long RUN_SEED = System.nanoTime();
  private static final int STEPS = 15;

  /** A pool that changes, as those of operators do. */
  private static final class ChangingPool {
    final RandomPools random;
    List<Backend> backends;
    int percentDown;

    ChangingPool(RandomPools random, int size) {
      this.random = random;
      this.backends = random.weighted(random.calm(size));
    }

    void change() {
      List<Backend> changed = new ArrayList<>(backends);
      switch (random.below(7)) {
        case 0, 1 -> changed.addAll(random.weighted(random.calm(1 + random.below(4))));
        case 2, 3 -> removeSome(changed);
        case 4 -> changeOne(changed, random.weighted(List.of(any(changed))).get(0));
        case 5 -> changeOne(changed, random.inAnyState(any(changed)));
        default -> percentDown = random.oneOf(0, 5, 90, 100);
      }
      backends = changed;
    }

    private Backend any(List<Backend> pool) {
      return pool.get(random.below(pool.size()));
    }

    private void removeSome(List<Backend> pool) {
      for (int i = random.below(4); i >= 0 && pool.size() > 1; i--) {
        pool.remove(random.below(pool.size()));
      }
    }

    private static void changeOne(List<Backend> pool, Backend changed) {
      pool.replaceAll(b -> b.address().equals(changed.address()) ? changed : b);
    }
  }

  @ParameterizedTest(name = "{1} backends at first")
  @CsvSource({"0, 3", "1, 9", "2, 18", "3, 40", "4, 40", "5, 60"})
  void shouldFollowAnySequenceOfChanges(int number, int size) {
    long seed = RUN_SEED + number;
    RandomPools random = new RandomPools(seed);
    SipKey key = SipKey.of(random.key());
    ChangingPool pool = new ChangingPool(random, size);
    RowOrder order = RowOrder.of(key, pool.backends);
    for (int step = 0; step < STEPS; step++) {
      pool.change();
      order = order.changedTo(pool.backends);
      RowOrder anew = RowOrder.of(key, pool.backends);
      String at = "step " + step + ", seed " + seed;
      assertSameOrder(anew, order, at);
      TableRules rules = random.rules(key, 1 + random.below(4));
      Predicate<Backend> up = random.up(pool.backends, pool.percentDown);
      ForwardingTable kept = TableRows.build(rules, order, pool.backends, up);
      ForwardingTable fresh = TableRows.build(rules, anew, pool.backends, up);
      assertEquals(fresh.digest(), kept.digest(), at);
      assertEquals(fresh.balance(), kept.balance(), at);
    }
  }

  private static void assertSameOrder(RowOrder expected, RowOrder actual, String at) {
    assertEquals(expected.candidates(), actual.candidates(), at);
    assertEquals(expected.kept(), actual.kept(), at);
    for (int i = 0; i < ForwardingTable.ROWS * expected.kept(); i++) {
      int row = i / expected.kept();
      int rank = i % expected.kept();
      if (expected.place(row, rank) != actual.place(row, rank)) {
        assertEquals(expected.place(row, rank), actual.place(row, rank), row + ", " + at);
      }
    }
  }

  /** Also changes so large that an order would be made from nothing instead. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void shouldInsertAndRefillAlsoWhenMuchChanges(int number) {
    long seed = RUN_SEED + 100 + number;
    RandomPools random = new RandomPools(seed);
    SipKey key = SipKey.of(random.key());
    List<Backend> stay = random.weighted(random.calm(8 + random.below(12)));
    List<Backend> leave = random.weighted(random.calm(random.below(12)));
    List<Backend> come = random.weighted(random.calm(random.below(12)));
    RowOrder before = RowOrder.of(key, Pools.concat(stay, leave));
    List<Backend> pool = Pools.concat(stay, come);
    RowOrder after = RowOrder.of(key, pool);
    short[] places = new RowOrderChange(before, after.candidates()).places();
    for (int i = 0; i < places.length; i++) {
      if (places[i] != after.place(i / 8, i % 8)) {
        assertEquals(after.place(i / 8, i % 8), places[i], "row " + i / 8 + ", seed " + seed);
      }
    }
    assertEquals(ForwardingTable.ROWS * 8, places.length);
  }

  @Test
  void shouldStayTheSameForWhatDoesNotChangeIt() {
    List<Backend> pool = Pools.range("10.0.0.", 1, 9);
    RowOrder order = RowOrder.of(Pools.S, pool);
    assertSame(order, order.changedTo(Pools.with(pool, 4, BackendState.DRAINING)));
    List<Backend> inactive =
        Pools.active("10.0.0.99").stream().map(RowOrderTest::inactive).toList();
    assertSame(order, order.changedTo(Pools.concat(inactive, pool)));
    assertEquals(
        8, order.changedTo(Pools.with(pool, 0, BackendState.INACTIVE)).candidates().count());
  }

  private static Backend inactive(Backend backend) {
    return backend.withState(BackendState.INACTIVE);
  }

  @Test
  void shouldTakeAMebibyteAtMost() {
    assertEquals(1 << 20, RowOrder.of(Pools.S, Pools.range("10.0.0.", 1, 9)).sizeBytes());
    assertEquals(3 << 17, RowOrder.of(Pools.S, Pools.range("10.0.0.", 1, 3)).sizeBytes());
  }

  @Test
  void shouldServeItsOwnBackendsOnly() {
    List<Backend> pool = Pools.range("10.0.0.", 1, 9);
    RowOrder order = RowOrder.of(Pools.S, pool);
    assertRefused(TableRules.rendezvous(Pools.T, 2), order, pool);
    assertRefused(TableRules.rendezvous(Pools.S, 2), order, pool.subList(0, 8));
    assertRefused(
        TableRules.rendezvous(Pools.S, 2),
        order,
        Pools.replaced(pool, RandomPools.weighted(pool.get(3), 2)));
  }

  private static void assertRefused(TableRules rules, RowOrder order, List<Backend> pool) {
    assertThrows(
        IllegalArgumentException.class, () -> TableRows.build(rules, order, pool, b -> true));
  }
}
