package io.lbdirector.bench.tables;

import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.RowOrder;
import io.lbdirector.forwarding.SipKey;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the algorithms make of so many equal backends, over seeds. */
final class Comparison {
  /** Of every backend, so that it can be halved; only ratios of weights count. */
  private static final int WEIGHT = 2;

  /** So that with each seed it happens to another backend. */
  private static final int STRIDE = 37;

  private final int backends;
  private final Map<Contender, Tally> tallies = new EnumMap<>(Contender.class);

  /** Rows that differ between the two algorithms, and those of them that two hops do not bridge. */
  private final DoubleSummaryStatistics exchanged = new DoubleSummaryStatistics();

  private final DoubleSummaryStatistics lostBetween = new DoubleSummaryStatistics();

  private Comparison(int backends) {
    this.backends = backends;
    for (Contender contender : Contender.values()) {
      tallies.put(contender, new Tally());
    }
  }

  /**
   * @param seeds 1 or more
   */
  static Comparison of(int backends, int seeds) {
    Comparison comparison = new Comparison(backends);
    for (int i = 0; i < seeds; i++) {
      comparison.add(Seeds.of(i), i * STRIDE % backends);
    }
    return comparison;
  }

  private void add(SipKey seed, int which) {
    List<Backend> pool = Pools.equal(backends, WEIGHT);
    RowOrder order = RowOrder.of(seed, pool);
    Map<Contender, Placement> wholes = new EnumMap<>(Contender.class);
    for (Contender contender : Contender.values()) {
      Placement whole = contender.place(seed, order, new Change.Outcome(pool, Set.of(), Set.of()));
      wholes.put(contender, whole);
      tallies.get(contender).add(whole);
    }
    addBetween(wholes.get(Contender.RENDEZVOUS), wholes.get(Contender.BALANCED));
    for (Change change : Change.values()) {
      Change.Outcome outcome = change.of(pool, which);
      RowOrder changed = order.changedTo(outcome.pool());
      wholes.forEach(
          (contender, whole) -> {
            if (change.isKnownTo(contender)) {
              Moves moves = new Moves(whole, contender.place(seed, changed, outcome));
              tallies.get(contender).add(change, moves, pool.get(which).address(), outcome.ended());
            }
          });
    }
  }

  private void addBetween(Placement rendezvous, Placement balanced) {
    Moves there = new Moves(rendezvous, balanced);
    Moves back = new Moves(balanced, rendezvous);
    exchanged.accept(there.moved());
    lostBetween.accept(there.lost(2, Set.of()) + back.lost(2, Set.of()));
  }

  int backends() {
    return backends;
  }

  /** How far the busiest backend is above its part, over seeds: 0.02 is 2 %. */
  double meanBusiest(Contender contender) {
    return tallies.get(contender).busiest().getAverage();
  }

  /** How even the rows are, and what moves for nothing. */
  Finding evenness() {
    List<List<String>> rows = new ArrayList<>();
    tallies.forEach(
        (contender, tally) ->
            rows.add(
                List.of(
                    contender.toString(),
                    Numbers.deviation(tally.busiest().getAverage()),
                    Numbers.deviation(tally.busiest().getMax()),
                    Numbers.percent(tally.needless(Change.ADD).getAverage()),
                    Numbers.percent(tally.needless(Change.REMOVE).getAverage()),
                    Numbers.percent(tally.ofOthers(Change.DOWN).getAverage()),
                    Numbers.percent(tally.ofOthers(Change.DRAIN).getAverage()))));
    return new Finding(
        "%s backends of equal weight".formatted(Numbers.count(backends)),
        List.of(
            "table",
            "busiest backend",
            "with the worst seed",
            "rows moved needlessly: one added",
            "one removed",
            "rows of others moved: one down",
            "one drains"),
        rows);
  }

  /** What second chance does not reach. */
  Finding lost() {
    List<String> header = new ArrayList<>(List.of(""));
    tallies.forEach((c, t) -> c.hops().forEach(hops -> header.add(c + hopsText(c, hops))));
    List<List<String>> rows = new ArrayList<>();
    for (Change change : Change.values()) {
      List<String> cells = new ArrayList<>(List.of(change.toString()));
      tallies.forEach(
          (c, tally) -> c.hops().forEach(hops -> cells.add(lostCell(change, c, tally, hops))));
      rows.add(cells);
    }
    return new Finding(
        "Rows of 65,536 whose connections break, %s backends: mean (worst seed)"
            .formatted(Numbers.count(backends)),
        header,
        rows);
  }

  private static String hopsText(Contender contender, int hops) {
    return contender.isMaglev() ? "" : ", " + hops + " hops";
  }

  private static String lostCell(Change change, Contender contender, Tally tally, int hops) {
    if (!change.isKnownTo(contender)) {
      return "–";
    }
    DoubleSummaryStatistics lost = tally.lost(change, hops);
    if (lost.getMax() == 0) {
      return "0";
    }
    return Numbers.mean(lost.getAverage() * ForwardingTable.ROWS)
        + " ("
        + Numbers.count(Math.round(lost.getMax() * ForwardingTable.ROWS))
        + ")";
  }

  /** What a move from one algorithm of the product to the other takes. */
  static Finding between(List<Comparison> all) {
    return new Finding(
        "From `rendezvous` to `balanced`, or back",
        List.of("backends", "rows moved", "with the worst seed", "rows lost with 2 hops, at most"),
        all.stream().map(Comparison::between).toList());
  }

  private List<String> between() {
    return List.of(
        Numbers.count(backends),
        Numbers.percent(exchanged.getAverage() / ForwardingTable.ROWS),
        Numbers.percent(exchanged.getMax() / ForwardingTable.ROWS),
        Numbers.count((long) lostBetween.getMax()));
  }
}
