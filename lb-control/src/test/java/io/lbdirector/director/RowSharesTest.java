package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.director.BalanceReport.Deviation;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.SipKey;
import io.lbdirector.forwarding.TableRows;
import io.lbdirector.forwarding.TableRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RowSharesTest {
  private static final SipKey SEED = SipKey.parseHex("34567890123456783456789012345678");

  /** What chance makes of a part of the rows: four times its deviation, in percent of all rows. */
  private static double chance(double percent) {
    double part = percent / 100;
    return 100 * 4 * Math.sqrt(part * (1 - part) / ForwardingTable.ROWS);
  }

  private final List<Backend> pool = new ArrayList<>();
  private final Set<IpAddress> unfit = new HashSet<>();

  /**
   * Backends 10.0.1.1 and so on.
   *
   * @param words of each its weight and its state: a(ctive), d(raining), i(nactive), down, or the
   *     percent that it fills to
   */
  private RowShares shares(TableRules rules, String words) {
    for (String word : words.split(" ")) {
      IpAddress address =
          IpAddress.parse("10.0.%d.%d".formatted(1 + pool.size() / 250, 1 + pool.size() % 250));
      String[] parts = word.split(":");
      int weight = Integer.parseInt(parts[0]);
      switch (parts[1]) {
        case "a", "down" -> add(address, BackendState.ACTIVE, OptionalInt.empty(), weight);
        case "d" -> add(address, BackendState.DRAINING, OptionalInt.empty(), weight);
        case "i" -> add(address, BackendState.INACTIVE, OptionalInt.empty(), weight);
        default ->
            add(address, BackendState.FILLING, OptionalInt.of(Integer.parseInt(parts[1])), weight);
      }
      if (parts[1].equals("down")) {
        unfit.add(address);
      }
    }
    return RowShares.of(pool, unfit, table(rules));
  }

  private void add(IpAddress address, BackendState state, OptionalInt share, int weight) {
    pool.add(new Backend(address, state, share, weight));
  }

  private ForwardingTable table(TableRules rules) {
    return TableRows.build(rules, pool, b -> !unfit.contains(b.address()));
  }

  /** By the letter of rendezvous every backend leads what it is due, but for chance. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1:a 1:a 1:a",
        "1:a 2:a 3:a 10:a",
        "1:a 1:d 1:a 1:i 1:a",
        "4:a 1:d 2:a 7:down",
        "1:a 1:35 1:a",
        "2:a 3:50 1:a 5:a",
        "1:5 1:a",
        "1:1",
        "1:a 1:d",
        "1:35 1:35 1:35 1:35",
        "1:a 1:80 1:60 1:a 1:a 1:a 1:a 1:a",
      })
  void shouldTellWhatEachBackendIsDue(String words) {
    RowShares shares = shares(TableRules.rendezvous(SEED, 2), words);
    double sum = 0;
    for (int i = 0; i < pool.size(); i++) {
      double due = shares.duePercent(i);
      assertEquals(due, shares.rowsPercent(i), chance(due) + 0.002, pool.get(i).toString());
      assertEquals(100.0 * shares.rows(i) / ForwardingTable.ROWS, shares.rowsPercent(i), 0.001);
      sum += due;
    }
    assertEquals(100, sum, 0.01);
  }

  @Test
  void shouldDueNothingToThoseThatMayNotLead() {
    RowShares shares = shares(TableRules.rendezvous(SEED, 2), "1:a 9:d 9:i 9:down 1:a");
    for (int i = 1; i <= 3; i++) {
      assertEquals(0, shares.duePercent(i));
      assertEquals(0, shares.rows(i));
    }
    assertEquals(50, shares.duePercent(0));
  }

  @Test
  void shouldNameTheBusiestAndTheIdlestOfThoseThatMayLead() {
    TableRules rules = TableRules.rendezvous(SEED, 2);
    RowShares shares = shares(rules, "1:d 1:a 2:a 1:a 3:a 1:down");
    BalanceReport balance = shares.balance(rules, table(rules));
    Deviation most = null;
    Deviation fewest = null;
    for (int i = 1; i <= 4; i++) {
      double due = ForwardingTable.ROWS * pool.get(i).weight() / 7.0;
      double above = Math.round(1000 * (shares.rows(i) / due - 1)) / 10.0;
      Deviation one = new Deviation(pool.get(i).address().toString(), shares.rows(i), above);
      most = most == null || above > most.aboveDuePercent() ? one : most;
      fewest = fewest == null || above < fewest.aboveDuePercent() ? one : fewest;
    }
    assertEquals(Optional.of(most), balance.busiest());
    assertEquals(Optional.of(fewest), balance.idlest());
    assertTrue(most.aboveDuePercent() > 0 && fewest.aboveDuePercent() < 0, balance.toString());
    assertEquals(Optional.empty(), balance.limitPercent());
    assertEquals(Optional.empty(), balance.limitInForcePercent());
  }

  @Test
  void shouldNameNobodyWhereNobodyMayLead() {
    TableRules rules = TableRules.rendezvous(SEED, 2);
    for (String words : List.of("1:d 1:d", "1:i 1:i", "1:down 1:d")) {
      pool.clear();
      unfit.clear();
      BalanceReport balance = shares(rules, words).balance(rules, table(rules));
      assertEquals(Optional.empty(), balance.busiest(), words);
      assertEquals(Optional.empty(), balance.idlest(), words);
    }
  }

  @Test
  void shouldTellTheLimitAndThatItHolds() {
    TableRules rules = TableRules.balanced(SEED, 5, 2);
    BalanceReport balance = shares(rules, "1:a 2:a 1:a 1:a").balance(rules, table(rules));
    assertEquals(Optional.of(0.5), balance.limitPercent());
    assertEquals(Optional.of(0.5), balance.limitInForcePercent());
    assertEquals(false, balance.relaxed());
    assertTrue(balance.busiest().orElseThrow().aboveDuePercent() <= 0.6, balance.toString());
  }

  @Test
  void shouldTellTheLimitThatItCameTo() {
    TableRules rules = TableRules.balanced(SEED, 1, 2);
    BalanceReport balance =
        shares(rules, "3:a ".repeat(999) + "3:i 3:d").balance(rules, table(rules));
    assertTrue(balance.relaxed());
    assertEquals(Optional.of(0.1), balance.limitPercent());
    ForwardingTable rows = table(rules);
    double limit = rows.balance().orElseThrow().limit() * 1000.0 / ForwardingTable.ROWS;
    assertEquals(limit, 1 + balance.limitInForcePercent().orElseThrow() / 100, 0.0006);
  }
}
