package io.lbdirector.bench.reload;

import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.bench.director.PrivateDirector;
import io.lbdirector.bench.director.StartedDirector;
import io.lbdirector.bench.harness.Numbers;
import io.lbdirector.bench.harness.Series;
import java.util.ArrayList;
import java.util.List;

/** Reloads of many tables by the product's director, in which one table changes, or all do. */
final class WholeRun {
  static final List<String> HEADER =
      List.of("tables", "changed", "backends each", "minimum", "p50", "p90", "p99", "maximum");

  private final ConfigText text;
  private final boolean ofAll;
  private final Series series;

  private WholeRun(ConfigText text, boolean ofAll) {
    this.text = text;
    this.ofAll = ofAll;
    series = new Series("whole-%d.%s".formatted(text.tables(), ofAll ? "all" : "one"), 1);
  }

  /**
   * @param ofAll whether each reload changes all tables, else one of them
   * @param warmUps reloads before the first that is recorded
   */
  static WholeRun of(ConfigText text, boolean ofAll, int warmUps, int reloads) {
    WholeRun run = new WholeRun(text, ofAll);
    try (PrivateDirector own = PrivateDirector.open();
        StartedDirector director = new StartedDirector(own.plane(), run.afterEdit(0))) {
      for (int edit = 1; edit <= warmUps + reloads; edit++) {
        long nanos = director.reload(run.afterEdit(edit), run.changed());
        if (edit > warmUps) {
          run.series.add(edit - warmUps, nanos);
        }
      }
    }
    return run;
  }

  private byte[] afterEdit(int edit) {
    return ofAll ? text.afterEditOfAll(edit) : text.afterEdit(edit);
  }

  private int changed() {
    return ofAll ? text.tables() : 1;
  }

  Series series() {
    return series;
  }

  String summary() {
    return "%d of %d tables: p50 %s ms"
        .formatted(changed(), text.tables(), Numbers.millis(series.percentile(50)));
  }

  /** Under {@link #HEADER}. */
  List<String> row() {
    List<String> cells = new ArrayList<>();
    cells.add(Numbers.count(text.tables()));
    cells.add(Numbers.count(changed()));
    cells.addAll(ReloadRun.row(Numbers.count(text.backends()), series));
    return cells;
  }
}
