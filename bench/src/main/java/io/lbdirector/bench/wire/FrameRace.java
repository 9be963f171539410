package io.lbdirector.bench.wire;

import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bpf.XdpLink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rounds in which programs take turns in the director's place, each with the same frames. */
final class FrameRace {
  /** Frames of a sample. */
  static final int BURST = 1 << 16;

  private final String way;
  private final List<Contestant> contestants;
  private final Map<String, Series> series = new LinkedHashMap<>();
  private final Map<String, Ledger> ledgers = new LinkedHashMap<>();

  /**
   * @param way part of file names
   * @param contestants the first is the base of ratios
   */
  FrameRace(String way, List<Contestant> contestants) {
    this.way = way;
    this.contestants = contestants;
    for (Contestant contestant : contestants) {
      String name = way + "." + contestant.name();
      series.put(contestant.name(), new Series(name, BURST));
      ledgers.put(contestant.name(), new Ledger(name, contestant.stations()));
    }
  }

  /**
   * Races; what is sent in the round before the first warms up, and is accounted for only.
   *
   * @param place the link that holds the program in the director's place
   * @param bursts that each contestant gets in a round
   */
  void run(FrameSender sender, XdpLink place, int rounds, int bursts) {
    for (int round = 0; round <= rounds; round++) {
      for (int i = 0; i < contestants.size(); i++) {
        Contestant contestant = contestants.get((round + i) % contestants.size());
        place.update(contestant.program());
        Series samples = round == 0 ? new Series("warm-up", BURST) : series.get(contestant.name());
        int number = round;
        ledgers
            .get(contestant.name())
            .enter(
                (long) bursts * BURST,
                () -> {
                  for (int burst = 0; burst < bursts; burst++) {
                    samples.add(number, sender.send(BURST));
                  }
                });
      }
    }
  }

  /** Every burst, by contestant. */
  List<Series> series() {
    return List.copyOf(series.values());
  }

  private Series base() {
    return series.get(contestants.get(0).name());
  }

  /** One line for the person who waits. */
  String summary() {
    List<String> all = new ArrayList<>();
    series.forEach((name, each) -> all.add(name + " " + mpps(each.medianOfRounds())));
    return way + ", million packets a second: " + String.join(", ", all);
  }

  /** What was sent in a second. */
  Finding rates(String caption) {
    List<List<String>> rows = new ArrayList<>();
    series.forEach((name, each) -> rows.add(rate(name, each)));
    return new Finding(
        caption + ": million packets a second",
        List.of("in the director's place", "best", "median", "ns a packet", "÷ stub", "lost"),
        rows);
  }

  private List<String> rate(String name, Series each) {
    return List.of(
        name,
        mpps(each.minimum()),
        mpps(each.medianOfRounds()),
        Numbers.nanos(each.medianOfRounds()),
        Numbers.ratio(each.medianRatioTo(base())),
        Numbers.count(ledgers.get(name).lost()));
  }

  private static String mpps(double nanos) {
    return Numbers.ratio(1e3 / nanos);
  }

  /** Where every frame was counted, and what was lost. */
  Finding accounts(String caption) {
    List<List<String>> rows = new ArrayList<>();
    ledgers.forEach((name, ledger) -> rows.addAll(accounts(name, ledger)));
    return new Finding(
        caption + ": where its packets were counted",
        List.of("in the director's place", "counted by", "packets", "lost behind it", "counted by"),
        rows);
  }

  private static List<List<String>> accounts(String name, Ledger ledger) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < ledger.stations().size(); i++) {
      Station station = ledger.stations().get(i);
      rows.add(
          List.of(
              name,
              station.name(),
              Numbers.count(ledger.passed(i)),
              Numbers.count(ledger.lost(i)),
              station.lostBy()));
    }
    return rows;
  }
}
