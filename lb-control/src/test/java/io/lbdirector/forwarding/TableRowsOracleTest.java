package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random tables, row by row as {@link SpecTable} builds them. */
class TableRowsOracleTest {
  /** Rows looked at in each sample, beside the first and the last. */
  private static final int SAMPLES = 300;

  private static final long RUN_SEED = System.nanoTime();

  @ParameterizedTest(name = "pool {0} of {1} backends")
  @CsvSource({
    "0, 1", "1, 2", "2, 3", "3, 4", "4, 5", "5, 7", "6, 8", "7, 9", "8, 10", "9, 13", "10, 17",
    "11, 20", "12, 25", "13, 33", "14, 2", "15, 3", "16, 4", "17, 5", "18, 6", "19, 12", "20, 9",
  })
  void shouldBuildBalancedTablesOfTheSpecification(int number, int size) {
    long seed = RUN_SEED + number;
    RandomPools random = new RandomPools(seed);
    byte[] key = random.key();
    int unsettled = number % 3 == 0 ? 0 : 40;
    List<Backend> pool = random.unsettled(random.weighted(random.calm(size)), unsettled);
    pool = withOneActive(pool);
    Predicate<Backend> up = random.up(pool, random.oneOf(0, 10, 50, 95, 100));
    int limit = random.oneOf(1, 5, 20, 1000);
    int hops = 1 + number % 4;
    assertBalanced(key, limit, hops, pool, up, "seed " + seed);
  }

  /** The first two hardly without raising the limits. */
  @ParameterizedTest(name = "{0} backends, weights up to {1}, limit {2}")
  @CsvSource({"90, 100, 1", "90, 65535, 1", "110, 1, 20"})
  void shouldBuildLargeBalancedTablesOfTheSpecification(int size, int highest, int limit) {
    long seed = RUN_SEED + highest;
    RandomPools random = new RandomPools(seed);
    byte[] key = random.key();
    List<Backend> pool = random.weightedUpTo(highest, random.calm(size));
    assertBalanced(key, limit, 4, pool, random.up(pool, 10), "seed " + seed);
  }

  private static void assertBalanced(
      byte[] key, int limit, int hops, List<Backend> pool, Predicate<Backend> up, String seed) {
    SpecTable expected = SpecTable.balanced(key, limit, pool, up);
    TableRules rules = TableRules.balanced(SipKey.of(key), limit, hops);
    ForwardingTable table = TableRows.build(rules, pool, up);
    for (int row = 0; row < SpecTable.ROWS; row++) {
      assertEquals(expected.hops(row, hops), row(table, row), "row " + row + ", " + seed);
    }
    Balance balance = table.balance().orElseThrow();
    assertEquals(expected.largestLoad(), balance.largestLoad(), seed);
    assertEquals(expected.rounds() > 1, balance.relaxed(), seed);
    assertEquals(expected.rowsExchanged(), balance.rowsExchanged(), seed);
    assertTrue(expected.mostExchangesOfARow() <= 1, "no row goes back and forth, " + seed);
  }

  /** A share of a quarter or so is met exactly by some scores: those are above it already. */
  @ParameterizedTest
  @ValueSource(ints = {25, 50, 75})
  void shouldEndASharedPartWhereTheSpecificationDoes(int percent) {
    byte[] key = new byte[16];
    for (int octet = 1; octet <= 6; octet++) {
      List<Backend> pool = Pools.active("10.0.0." + octet, "10.0.1.1");
      pool = List.of(Pools.filling(pool.get(0), percent), pool.get(1));
      SpecTable expected = SpecTable.rendezvous(key, pool, backend -> true);
      ForwardingTable table =
          TableRows.build(TableRules.rendezvous(SipKey.of(key), 2), pool, backend -> true);
      for (int row = 0; row < SpecTable.ROWS; row++) {
        assertEquals(expected.hops(row, 2), row(table, row), "row " + row + " with " + octet);
      }
    }
  }

  private static List<Backend> withOneActive(List<Backend> pool) {
    List<Backend> changed = new ArrayList<>(pool);
    changed.set(0, pool.get(0).withState(BackendState.ACTIVE));
    return changed;
  }

  @ParameterizedTest(name = "pool {0}")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
  void shouldBuildRowsOfTheSpecification(int number) {
    long seed = RUN_SEED + 1000 + number;
    RandomPools random = new RandomPools(seed);
    byte[] key = random.key();
    List<Backend> pool = random.calm(number == 0 ? 300 : 1 + random.below(number < 5 ? 300 : 40));
    pool = number % 2 == 0 ? pool : random.weighted(pool);
    pool = random.unsettled(pool, random.oneOf(0, 100));
    Predicate<Backend> up = random.up(pool, List.of(0, 10, 50, 95, 100).get(number % 5));
    int hops = 1 + random.below(4);
    ForwardingTable table = TableRows.build(TableRules.rendezvous(SipKey.of(key), hops), pool, up);
    for (int i = 0; i < SAMPLES + 2; i++) {
      int row = i == 0 ? 0 : i == 1 ? 65_535 : random.below(ForwardingTable.ROWS);
      assertEquals(
          SpecTable.rendezvousRow(key, row, hops, pool, up),
          row(table, row),
          row + ", seed " + seed);
    }
  }

  private static List<IpAddress> row(ForwardingTable table, int row) {
    return IntStream.range(0, table.hopCount()).mapToObj(hop -> table.hop(row, hop)).toList();
  }
}
