package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableRowsTest {
  private static final Predicate<Backend> ALL_UP = b -> true;
  private static final List<Backend> FOUR =
      Pools.active("1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4");

  private static List<String> row(ForwardingTable table, int row) {
    return IntStream.range(0, table.hopCount())
        .mapToObj(hop -> table.hop(row, hop).toString())
        .toList();
  }

  @ParameterizedTest(name = "row {0}")
  @CsvSource({
    "0x0000, 491c53a72df4c837, 4 3 2 1",
    "0xffff, f223c0cc65161620, 1 2 4 3",
    "0xbb44, e290f8f430eb33d3, 4 1 2 3",
  })
  void shouldOrderAsGlbDoes(String rowText, String rowSeed, String order) {
    int row = Integer.decode(rowText);
    byte[] be32 = {0, 0, (byte) (row >> 8), (byte) row};
    long seed = Long.reverseBytes(SipHash24.hash(Pools.S, be32));
    assertEquals(rowSeed, HexFormat.of().toHexDigits(seed));
    ForwardingTable table = TableRows.build(TableRules.rendezvous(Pools.S, 4), FOUR, ALL_UP);
    assertEquals("1.1.1." + order.replace(" ", " 1.1.1."), String.join(" ", row(table, row)));
  }

  @Test
  void shouldNotDependOnTheOrderOfBackends() {
    long seed = System.nanoTime();
    List<Backend> backends = new ArrayList<>(Pools.range("10.0.0.", 1, 20));
    String digest = TableRows.build(TableRules.rendezvous(Pools.S, 3), backends, ALL_UP).digest();
    Collections.shuffle(backends, new Random(seed));
    assertEquals(
        digest,
        TableRows.build(TableRules.rendezvous(Pools.S, 3), backends, ALL_UP).digest(),
        "seed " + seed);
  }

  @Test
  void shouldKeepOtherRowsWhenOneBackendIsRemoved() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Backend> backends = Pools.range("10.0.0.", 1, 2 + random.nextInt(15));
    IpAddress gone = backends.get(random.nextInt(backends.size())).address();
    List<Backend> rest = backends.stream().filter(b -> !b.address().equals(gone)).toList();
    ForwardingTable before = TableRows.build(TableRules.rendezvous(Pools.T, 2), backends, ALL_UP);
    ForwardingTable after = TableRows.build(TableRules.rendezvous(Pools.T, 2), rest, ALL_UP);
    int held = 0;
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      if (before.hop(row, 0).equals(gone)) {
        assertEquals(before.hop(row, 1), after.hop(row, 0), "second moves up, seed " + seed);
        held++;
      } else if (before.hop(row, 1).equals(gone)) {
        assertEquals(before.hop(row, 0), after.hop(row, 0), "primary stays, seed " + seed);
        held++;
      } else {
        assertEquals(row(before, row), row(after, row), "row untouched, seed " + seed);
      }
    }
    assertTrue(held > 0, "the backend was in some rows, seed " + seed);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"draining", "down"})
  void shouldKeepABackendThatLeavesNextInLine(String how) {
    List<Backend> backends = Pools.range("10.0.0.", 1, 6);
    IpAddress leaving = backends.get(2).address();
    boolean drains = how.equals("draining");
    ForwardingTable before = TableRows.build(TableRules.rendezvous(Pools.S, 3), backends, ALL_UP);
    ForwardingTable after =
        TableRows.build(
            TableRules.rendezvous(Pools.S, 3),
            drains ? Pools.with(backends, 2, BackendState.DRAINING) : backends,
            b -> drains || !b.address().equals(leaving));
    int led = 0;
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      List<String> expected = new ArrayList<>(row(before, row));
      if (before.hop(row, 0).equals(leaving)) {
        Collections.swap(expected, 0, 1);
        led++;
      }
      assertEquals(expected, row(after, row), "row " + row);
    }
    assertTrue(led > 8000, led + " rows were led by it");
  }

  @Test
  void shouldStayAsHashedWhenNobodyIsFit() {
    List<Backend> draining = FOUR.stream().map(b -> b.withState(BackendState.DRAINING)).toList();
    String healthy = TableRows.build(TableRules.rendezvous(Pools.S, 2), FOUR, ALL_UP).digest();
    assertEquals(
        healthy, TableRows.build(TableRules.rendezvous(Pools.S, 2), draining, ALL_UP).digest());
    assertEquals(
        healthy, TableRows.build(TableRules.rendezvous(Pools.S, 2), FOUR, b -> false).digest());
  }

  @Test
  void shouldFindTheOneFitBackendHoweverFarBack() {
    List<Backend> backends = Pools.range("10.0.0.", 1, 40);
    IpAddress only = backends.get(17).address();
    ForwardingTable healthy = TableRows.build(TableRules.rendezvous(Pools.S, 3), backends, ALL_UP);
    ForwardingTable table =
        TableRows.build(TableRules.rendezvous(Pools.S, 3), backends, b -> b.address().equals(only));
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      List<String> expected = new ArrayList<>(row(healthy, row));
      expected.remove(only.toString());
      expected.add(0, only.toString());
      assertEquals(expected.subList(0, 3), row(table, row), "row " + row);
    }
  }

  @Test
  void shouldLeaveOutInactiveBackends() {
    ForwardingTable table =
        TableRows.build(
            TableRules.rendezvous(Pools.S, 4), Pools.with(FOUR, 3, BackendState.INACTIVE), ALL_UP);
    assertEquals(
        TableRows.build(TableRules.rendezvous(Pools.S, 4), FOUR.subList(0, 3), ALL_UP).digest(),
        table.digest());
    assertEquals(3, table.hopCount());
    assertFalse(table.addresses().contains(FOUR.get(3).address()));
  }

  @Test
  void shouldHaveRowsWithoutHopsWhenEveryBackendIsInactive() {
    List<Backend> inactive = FOUR.stream().map(b -> b.withState(BackendState.INACTIVE)).toList();
    ForwardingTable table = TableRows.build(TableRules.rendezvous(Pools.S, 4), inactive, ALL_UP);
    assertEquals(0, table.hopCount());
    assertArrayEquals(new int[0], table.primaryCounts());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void shouldCutRowsToHops(int hops) {
    ForwardingTable all = TableRows.build(TableRules.rendezvous(Pools.S, 4), FOUR, ALL_UP);
    ForwardingTable cut = TableRows.build(TableRules.rendezvous(Pools.S, hops), FOUR, ALL_UP);
    assertEquals(hops, cut.hopCount());
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      assertEquals(row(all, row).subList(0, hops), row(cut, row));
    }
  }

  @Test
  void shouldLetAGrowingShareOnlyAddRows() {
    List<Backend> before = Pools.range("10.0.0.", 1, 8);
    int[] led = new int[4];
    List<Integer> shares = List.of(1, 35, 60, 99);
    boolean[] had = new boolean[ForwardingTable.ROWS];
    for (int i = 0; i < led.length; i++) {
      List<Backend> filling = new ArrayList<>(before);
      filling.set(3, Pools.filling(before.get(3), shares.get(i)));
      ForwardingTable table = TableRows.build(TableRules.rendezvous(Pools.S, 2), filling, ALL_UP);
      for (int row = 0; row < ForwardingTable.ROWS; row++) {
        boolean leads = table.hop(row, 0).equals(before.get(3).address());
        assertTrue(leads || !had[row], "row " + row + " was given back at " + shares.get(i) + "%");
        had[row] = leads;
        led[i] += leads ? 1 : 0;
      }
    }
    double full =
        TableRows.build(TableRules.rendezvous(Pools.S, 2), before, ALL_UP).primaryCounts()[3];
    for (int i = 0; i < led.length; i++) {
      assertEquals(shares.get(i) / 100.0, led[i] / full, 0.02, shares.get(i) + "% of its rows");
    }
  }

  @Test
  void shouldFillEveryRowWithoutAShare() {
    assertEquals(
        TableRows.build(TableRules.rendezvous(Pools.S, 2), FOUR, ALL_UP).digest(),
        TableRows.build(
                TableRules.rendezvous(Pools.S, 2),
                Pools.with(FOUR, 1, BackendState.FILLING),
                ALL_UP)
            .digest());
  }

  @Test
  void shouldRefuseArgumentsOutOfRange() {
    List<Backend> twice = Pools.active("1.1.1.1", "1.1.1.2", "1.1.1.1");
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> TableRows.build(TableRules.rendezvous(Pools.S, 2), twice, ALL_UP));
    assertEquals("backend 1.1.1.1 is there twice", e.getMessage());
    for (int hops : new int[] {0, 5}) {
      assertThrows(IllegalArgumentException.class, () -> TableRules.rendezvous(Pools.S, hops));
    }
    List<Backend> tooMany = new ArrayList<>();
    Prefix prefix = new Prefix(IpAddress.parse("10.0.0.0"), 16);
    for (int i = 0; i < 32_768; i++) {
      tooMany.add(Backend.active(prefix.addressAt(i)));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> TableRows.build(TableRules.rendezvous(Pools.S, 2), tooMany, ALL_UP));
  }
}
