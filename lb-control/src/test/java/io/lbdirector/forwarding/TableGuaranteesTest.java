package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What balanced tables promise to connections when something changes, on random pools. */
class TableGuaranteesTest {
  private static final Predicate<Backend> ALL_UP = b -> true;
  private static final long RUN_SEED = System.nanoTime();

  private long seed;
  private RandomPools random;
  private TableRules rules;

  private List<Backend> pool(int number, int size) {
    seed = RUN_SEED + number;
    random = new RandomPools(seed);
    rules = TableRules.balanced(SipKey.of(random.key()), random.oneOf(1, 5, 20, 100), 4);
    List<Backend> pool = random.calm(size);
    return number % 2 == 0 ? pool : random.weighted(pool);
  }

  private ForwardingTable build(List<Backend> pool) {
    return TableRows.build(rules, pool, ALL_UP);
  }

  private static List<IpAddress> row(ForwardingTable table, int row) {
    return IntStream.range(0, table.hopCount()).mapToObj(hop -> table.hop(row, hop)).toList();
  }

  private String at(int row) {
    return "row " + row + ", seed " + seed;
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "1, 3", "2, 5", "3, 12", "4, 40", "5, 40", "6, 150"})
  void shouldOnlyExchangeTheFirstTwo(int number, int size) {
    List<Backend> pool = pool(number, size);
    ForwardingTable balanced = build(pool);
    ForwardingTable hashed = TableRows.build(TableRules.rendezvous(rules.seed(), 4), pool, ALL_UP);
    int exchanged = 0;
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      List<IpAddress> expected = new ArrayList<>(row(hashed, row));
      if (!expected.get(0).equals(balanced.hop(row, 0))) {
        Collections.swap(expected, 0, 1);
        exchanged++;
      }
      assertEquals(expected, row(balanced, row), at(row));
    }
    assertEquals(exchanged, balanced.balance().orElseThrow().rowsExchanged(), at(-1));
    assertEquals(0, hashed.balance().orElseThrow().rowsExchanged());
  }

  /** With as much as the limits had to be raised, and the limits raised only if they had to. */
  @ParameterizedTest
  @CsvSource({"0, 2", "1, 3", "2, 4", "3, 12", "4, 40", "5, 40", "6, 100", "7, 100", "8, 256"})
  void shouldKeepLoadsWithinTheLimit(int number, int size) {
    List<Backend> pool = pool(number, size);
    ForwardingTable table = build(pool);
    List<Backend> sorted = Candidates.sorted(pool);
    long[] limits = SpecTable.limits(sorted, rules.balanceLimitPermille());
    int[] loads = table.primaryCounts();
    int raised = 0;
    while (anyAbove(loads, limits) && raised < 15) {
      SpecTable.raise(limits);
      raised++;
    }
    Balance balance = table.balance().orElseThrow();
    int busiest = table.addresses().indexOf(balance.busiest());
    assertEquals(raised > 0, balance.relaxed(), at(-1));
    assertEquals(loads[busiest], balance.load(), at(-1));
    assertEquals(IntStream.of(loads).max().orElseThrow(), balance.largestLoad(), at(-1));
    assertEquals(limits[busiest], balance.limit(), at(-1));
    double due = 65_536.0 * sorted.get(busiest).weight();
    double total = sorted.stream().mapToLong(Backend::weight).sum();
    assertEquals(balance.load() * total * 1000 / due, balance.partPermille(), 0.51, at(-1));
    for (int i = 0; i < loads.length; i++) {
      double part = loads[i] * total * 1000 / 65_536 / sorted.get(i).weight();
      assertTrue(part <= balance.partPermille() + 0.51, i + ", " + at(-1));
    }
  }

  /** No thousand backends lie so evenly that 66 rows are enough for each. */
  @Test
  void shouldRaiseTheLimitWhereItIsTooTight() {
    pool(0, 1000);
    rules = TableRules.balanced(rules.seed(), 1, 4);
    Balance balance = build(random.calm(1000)).balance().orElseThrow();
    assertEquals(true, balance.relaxed(), at(-1));
    assertTrue(balance.load() > 66 && balance.load() <= balance.limit(), balance + at(-1));
  }

  private static boolean anyAbove(int[] loads, long[] limits) {
    return IntStream.range(0, loads.length).anyMatch(i -> loads[i] > limits[i]);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 20, 50, 100, 256})
  void shouldNeverRelaxTheLimitOfEqualWeights(int size) {
    pool(0, size);
    rules = TableRules.balanced(rules.seed(), 20, 4);
    List<Backend> pool = random.calm(size);
    Balance balance = build(pool).balance().orElseThrow();
    assertEquals(false, balance.relaxed(), at(-1));
    assertTrue(balance.load() <= Math.ceil(65_536 * 1.02 / size), balance + ", " + at(-1));
  }

  @ParameterizedTest
  @CsvSource({"0, 10, 1", "1, 12, 5", "2, 30, 1", "3, 30, 10", "4, 60, 30"})
  void shouldRescueEveryConnectionWithTwoHopsAfterRemovals(int number, int size, int removed) {
    List<Backend> pool = pool(number, size);
    assertRescued(build(pool), build(pool.subList(removed, size)), 2);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 10, 0, 1",
    "1, 12, 0, 2",
    "2, 30, 0, 2",
    "3, 30, 10, 2",
    "4, 60, 3, 1",
    "5, 3, 0, 1"
  })
  void shouldRescueEveryConnectionAfterAdditions(int number, int size, int removed, int added) {
    List<Backend> pool = pool(number, size);
    List<Backend> after = Pools.concat(pool.subList(removed, size), random.calm(added));
    assertRescued(build(pool), build(after), 2 + added);
  }

  /** The old primary, if there still is one, is among the first hops. */
  private void assertRescued(ForwardingTable before, ForwardingTable after, int hops) {
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      IpAddress old = before.hop(row, 0);
      if (after.addresses().contains(old)) {
        List<IpAddress> now = row(after, row);
        assertTrue(now.subList(0, Math.min(hops, now.size())).contains(old), at(row));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 3, down",
    "1, 12, down",
    "2, 40, draining",
    "3, 40, filling",
    "4, 100, down",
    "5, 9, filling"
  })
  void shouldMoveOnlyRowsOfTheBackendThatStops(int number, int size, String how) {
    List<Backend> pool = pool(number, size);
    Backend one = Collections.max(pool, Comparator.comparing(Backend::weight));
    Backend stopped = stopped(one, how);
    ForwardingTable before = build(pool);
    ForwardingTable after =
        TableRows.build(
            rules,
            Pools.replaced(pool, stopped),
            b -> !how.equals("down") || !b.address().equals(one.address()));
    assertEquals(before.balance(), after.balance(), "health and states do not count for it");
    int led = 0;
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      List<IpAddress> expected = new ArrayList<>(row(before, row));
      if (expected.get(0).equals(one.address()) && !after.hop(row, 0).equals(one.address())) {
        Collections.swap(expected, 0, 1);
        led++;
      }
      assertEquals(expected, row(after, row), at(row));
    }
    assertNotEquals(0, led, at(-1));
    int all = before.primaryCounts()[before.addresses().indexOf(one.address())];
    double gone = how.equals("filling") ? 0.65 : 1;
    assertEquals(all * gone, led, gone == 1 ? 0 : 6 * Math.sqrt(all) + 1, at(-1));
  }

  private static Backend stopped(Backend backend, String how) {
    return switch (how) {
      case "draining" -> backend.withState(BackendState.DRAINING);
      case "filling" -> Pools.filling(backend, 35);
      default -> backend;
    };
  }

  /** Also in a pool in which others are unfit: what it leads is all that moves, or comes back. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void shouldMoveOnlyRowsOfTheBackendThatChanges(int number) {
    List<Backend> pool = random(number);
    Predicate<Backend> up = random.up(pool, 30);
    Backend one = pool.get(random.below(pool.size()));
    List<Backend> changed = Pools.replaced(pool, one.withState(BackendState.DRAINING));
    ForwardingTable before = TableRows.build(rules, pool, up);
    ForwardingTable after = TableRows.build(rules, changed, up);
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      if (!before.hop(row, 0).equals(one.address())) {
        assertEquals(row(before, row), row(after, row), at(row));
      } else {
        assertTrue(row(after, row).contains(one.address()) || up.test(one), at(row));
      }
    }
  }

  private List<Backend> random(int number) {
    List<Backend> pool = pool(number, 25);
    return random.unsettled(pool, 30).stream()
        .map(b -> b.state() == BackendState.INACTIVE ? b.withState(BackendState.ACTIVE) : b)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void shouldNotDependOnTheScaleOfWeightsNorOnTheOrderOfBackends(int number) {
    List<Backend> pool = new ArrayList<>(pool(number, 30));
    pool.replaceAll(b -> RandomPools.weighted(b, 1 + random.below(number == 0 ? 1 : 600)));
    ForwardingTable table = build(pool);
    Set<String> digests = new HashSet<>(Set.of(table.digest()));
    for (int k : List.of(2, 7, 109)) {
      List<Backend> scaled =
          pool.stream().map(b -> RandomPools.weighted(b, k * b.weight())).toList();
      digests.add(build(scaled).digest());
      assertEquals(table.balance(), build(scaled).balance(), at(-1));
    }
    Collections.shuffle(pool, new Random(seed));
    digests.add(build(pool).digest());
    assertEquals(1, digests.size(), at(-1));
  }
}
