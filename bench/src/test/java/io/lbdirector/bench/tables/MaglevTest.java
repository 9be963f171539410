package io.lbdirector.bench.tables;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.IpAddress;
import java.util.IntSummaryStatistics;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaglevTest {
  /** Table 1 of the paper: backends 0, 1 and 2 on seven rows, then without backend 1. */
  @Test
  void shouldFillRowsAsInThePaper() {
    assertArrayEquals(
        new short[] {1, 0, 1, 0, 2, 2, 0},
        Maglev.fill(7, new int[] {3, 0, 3}, new int[] {4, 2, 1}));
    assertArrayEquals(
        new short[] {0, 0, 0, 0, 1, 1, 1}, Maglev.fill(7, new int[] {3, 3}, new int[] {4, 1}));
  }

  @ParameterizedTest
  @CsvSource({"1, 251", "3, 251", "250, 251", "256, 65537", "1000, 16381"})
  void shouldGiveAllBackendsAsManyRowsOrOneMore(int backends, int rows) {
    List<IpAddress> pool = Pools.equal(backends, 1).stream().map(Backend::address).toList();

    Placement placement = Maglev.place(Seeds.of(1), pool, rows);

    IntSummaryStatistics loads =
        placement.loads().values().stream().mapToInt(Integer::intValue).summaryStatistics();
    assertEquals(rows, loads.getSum());
    assertEquals(backends, loads.getCount());
    assertTrue(loads.getMax() - loads.getMin() <= 1, loads.toString());
  }

  @Test
  void shouldGiveEachBackendARandomPartOfTheRows() {
    List<IpAddress> pool = Pools.equal(2, 1).stream().map(Backend::address).toList();
    Placement one = Maglev.place(Seeds.of(1), pool, 65_537);
    Placement other = Maglev.place(Seeds.of(2), pool, 65_537);

    int moved = new Moves(one, other).moved();

    assertEquals(0.5, moved / 65_537.0, 0.02);
  }
}
