package io.lbdirector.bench.reload;

import static io.lbdirector.bench.harness.VoidRunException.requireEqual;

import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.bench.director.PhasedReload;
import io.lbdirector.bench.director.PhasedReload.Phase;
import io.lbdirector.bench.director.PhasedReload.Timing;
import io.lbdirector.bench.director.PrivateDirector;
import io.lbdirector.bench.director.StartedDirector;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Report.Finding;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.dataplane.LiveStateReader;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reloads of a config with so many tables, by the product's director and phase by phase: by turns,
 * each on a data plane of its own, so that the two can be compared.
 */
final class ReloadRun {
  static final List<String> HEADER = List.of("phase", "minimum", "p50", "p90", "p99", "maximum");

  private final ConfigText text;
  private final Series whole;
  private final Series untilLive;
  private final Series untilDone;
  private final Map<Phase, Series> phases = new EnumMap<>(Phase.class);

  private ReloadRun(ConfigText text) {
    this.text = text;
    whole = series("director");
    untilLive = series("until-live");
    untilDone = series("until-answered");
    for (Phase phase : Phase.values()) {
      phases.put(phase, series(name(phase)));
    }
  }

  private Series series(String name) {
    return new Series("tables-" + text.tables() + "." + name, 1);
  }

  private static String name(Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Measures reloads of one table out of so many.
   *
   * @param warmUps reloads before the first that is recorded
   */
  static ReloadRun of(int tables, int backends, int warmUps, int reloads) {
    ReloadRun run = new ReloadRun(ConfigText.of(tables, backends));
    try (PrivateDirector one = PrivateDirector.open();
        PrivateDirector other = PrivateDirector.open();
        StartedDirector director = new StartedDirector(one.plane(), run.text.afterEdit(0))) {
      PhasedReload phased = run.start(new PhasedReload(other.plane()));
      for (int edit = 1; edit <= warmUps + reloads; edit++) {
        long nanos = director.reload(run.text.afterEdit(edit), 1);
        Timing timing = run.byPhases(phased, edit);
        if (edit > warmUps) {
          run.whole.add(edit - warmUps, nanos);
          run.add(edit - warmUps, timing);
        }
      }
      boolean asPublished = phased.live().equals(LiveStateReader.read(other.plane()));
      requireEqual(run.untilDone.toString(), "whether maps are as published", true, asPublished);
    }
    return run;
  }

  private PhasedReload start(PhasedReload phased) {
    phased.reload(text.afterEdit(0));
    return phased;
  }

  private Timing byPhases(PhasedReload phased, int edit) {
    Timing timing = phased.reload(text.afterEdit(edit));
    requireEqual(untilDone + ", edit " + edit, "tables written", 1, timing.tablesBuilt());
    return timing;
  }

  private void add(int reload, Timing timing) {
    timing.nanos().forEach((phase, nanos) -> phases.get(phase).add(reload, nanos));
    untilLive.add(reload, timing.untilLive());
    untilDone.add(reload, timing.untilDone());
  }

  List<Series> series() {
    List<Series> all = new ArrayList<>(phases.values());
    all.addAll(List.of(untilLive, untilDone, whole));
    return all;
  }

  String summary() {
    return "one table of %d: p50 %s ms, p99 %s ms"
        .formatted(
            text.tables(),
            Numbers.millis(whole.percentile(50)),
            Numbers.millis(whole.percentile(99)));
  }

  Finding finding() {
    List<List<String>> rows = new ArrayList<>();
    phases.forEach((phase, each) -> rows.add(row(name(phase), each)));
    rows.add(row("until live", untilLive));
    rows.add(row("until answered", untilDone));
    rows.add(row("`Director.reload`", whole));
    return new Finding(
        "One table of %d changed, %s bytes of TOML, in milliseconds"
            .formatted(text.tables(), Numbers.count(text.afterEdit(1).length)),
        HEADER,
        rows);
  }

  /** Percentiles under {@link #HEADER}. */
  static List<String> row(String name, Series each) {
    return List.of(
        name,
        Numbers.millis(each.minimum()),
        Numbers.millis(each.percentile(50)),
        Numbers.millis(each.percentile(90)),
        Numbers.millis(each.percentile(99)),
        Numbers.millis(each.maximum()));
  }
}
