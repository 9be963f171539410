package io.lbdirector.cli;

import io.lbdirector.cli.CounterSample.Counted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How fast counters grew from one sample to the next.
 *
 * @param generationBefore that of the sample before
 * @param binds fastest first; those of the later sample
 * @param backends likewise
 * @param odd verdicts that are no part of ordinary work and grew
 */
record Rates(
    long generationBefore,
    long generation,
    double seconds,
    Rate total,
    List<Rate> binds,
    List<Rate> backends,
    List<Rate> odd) {

  /**
   * @param known false for what was not there before, or counts less than it did: it began anew
   *     somewhere between, and how fast it grew since cannot be told
   * @param packets a second; 0 if not known, as are bits
   */
  record Rate(String name, String note, boolean known, double packets, double bits) {}

  private static final Comparator<Rate> FASTEST_FIRST =
      Comparator.comparing(Rate::known).thenComparing(Rate::packets).reversed();

  /**
   * @param after later than {@code before}
   */
  static Rates between(CounterSample before, CounterSample after) {
    double seconds = (after.nanos() - before.nanos()) / 1e9;
    return new Rates(
        before.generation(),
        after.generation(),
        seconds,
        rate(before.total(), after.total(), seconds),
        rates(before.binds(), after.binds(), seconds),
        rates(before.backends(), after.backends(), seconds),
        grown(rates(before.odd(), after.odd(), seconds)));
  }

  private static List<Rate> rates(List<Counted> before, List<Counted> after, double seconds) {
    Map<String, Counted> byName = new HashMap<>();
    before.forEach(one -> byName.put(one.name(), one));
    List<Rate> rates = new ArrayList<>(after.size());
    for (Counted now : after) {
      rates.add(rate(byName.get(now.name()), now, seconds));
    }
    rates.sort(FASTEST_FIRST);
    return rates;
  }

  /**
   * @param before null if there was none
   */
  private static Rate rate(Counted before, Counted now, double seconds) {
    if (before == null || now.packets() < before.packets() || now.bytes() < before.bytes()) {
      return new Rate(now.name(), now.note(), false, 0, 0);
    }
    return new Rate(
        now.name(),
        now.note(),
        true,
        (now.packets() - before.packets()) / seconds,
        (now.bytes() - before.bytes()) * 8 / seconds);
  }

  private static List<Rate> grown(List<Rate> rates) {
    rates.removeIf(rate -> rate.packets() == 0);
    return rates;
  }
}
