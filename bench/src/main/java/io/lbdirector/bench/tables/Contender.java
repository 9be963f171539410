package io.lbdirector.bench.tables;

import io.lbdirector.forwarding.Algorithm;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.RowOrder;
import io.lbdirector.forwarding.SipKey;
import io.lbdirector.forwarding.TableRows;
import io.lbdirector.forwarding.TableRules;
import java.util.List;

/** The algorithms that are compared. */
enum Contender {
  RENDEZVOUS("`rendezvous` (GLB)", List.of(2, 3, 4)),
  BALANCED("`balanced`, 2 %", List.of(2, 3, 4)),
  MAGLEV_65537("Maglev, 65,537 rows", List.of(1)),
  MAGLEV_16381("Maglev, 16,381 rows", List.of(1));

  private static final int LIMIT_PERMILLE = 20;

  private final String text;
  private final List<Integer> hops;

  Contender(String text, List<Integer> hops) {
    this.text = text;
    this.hops = hops;
  }

  /** Numbers of hops with which it is used. */
  List<Integer> hops() {
    return hops;
  }

  boolean isMaglev() {
    return this == MAGLEV_65537 || this == MAGLEV_16381;
  }

  /**
   * Places rows.
   *
   * @param order of backends like these, with the seed
   */
  Placement place(SipKey seed, RowOrder order, Change.Outcome pool) {
    return switch (this) {
      case RENDEZVOUS -> own(rules(Algorithm.RENDEZVOUS, seed), order, pool);
      case BALANCED -> own(rules(Algorithm.BALANCED, seed), order, pool);
      case MAGLEV_65537 -> Maglev.place(seed, fit(pool), 65_537);
      case MAGLEV_16381 -> Maglev.place(seed, fit(pool), 16_381);
    };
  }

  /** Rules with as many hops as there can be: with fewer of them rows are cut short, no more. */
  static TableRules rules(Algorithm algorithm, SipKey seed) {
    return new TableRules(seed, algorithm, LIMIT_PERMILLE, ForwardingTable.MAX_HOPS);
  }

  private static Placement own(TableRules rules, RowOrder order, Change.Outcome pool) {
    RowOrder changed = order.changedTo(pool.pool());
    return Placement.of(TableRows.build(rules, changed, pool.pool(), pool::isUp));
  }

  private static List<IpAddress> fit(Change.Outcome pool) {
    return pool.pool().stream()
        .filter(backend -> backend.state() == BackendState.ACTIVE && pool.isUp(backend))
        .map(Backend::address)
        .toList();
  }

  @Override
  public String toString() {
    return text;
  }
}
