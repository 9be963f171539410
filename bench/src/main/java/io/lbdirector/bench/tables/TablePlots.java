package io.lbdirector.bench.tables;

import io.lbdirector.bench.harness.Plot;
import io.lbdirector.bench.harness.Plot.Axis;
import io.lbdirector.bench.harness.Plot.Line;
import io.lbdirector.bench.harness.Plot.Point;
import io.lbdirector.forwarding.Algorithm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the page shows as lines over the number of backends. */
final class TablePlots {
  private static final Axis BACKENDS = new Axis("backends", true);

  private TablePlots() {}

  static Plot evenness(List<Comparison> comparisons) {
    return new Plot(
        "evenness",
        "Busiest backend above its part, mean over seeds",
        BACKENDS,
        new Axis("percent", false),
        Arrays.stream(Contender.values()).map(c -> evenness(c, comparisons)).toList());
  }

  private static Line evenness(Contender contender, List<Comparison> comparisons) {
    return new Line(
        contender.toString().replace("`", ""),
        comparisons.stream()
            .map(c -> new Point(c.backends(), 100 * c.meanBusiest(contender)))
            .toList());
  }

  /** By one algorithm: the other takes as long. */
  static Plot times(List<BuildTimes> built, List<ChangeTimes> changed) {
    List<Line> lines = new ArrayList<>();
    BuildTimes.WEIGHTS.forEach(weights -> lines.add(whole(weights, built)));
    for (Change change : List.of(Change.REMOVE, Change.ADD, Change.DOWN)) {
      lines.add(change(change, changed));
    }
    return new Plot(
        "times", "Rows of a table, median", BACKENDS, new Axis("milliseconds", true), lines);
  }

  private static Line whole(String weights, List<BuildTimes> built) {
    return new Line(
        "from nothing, " + weights + " weights",
        built.stream()
            .map(t -> new Point(t.backends(), t.medianMillis(Algorithm.BALANCED, weights)))
            .toList());
  }

  private static Line change(Change change, List<ChangeTimes> changed) {
    return new Line(
        change.toString(),
        changed.stream().map(t -> new Point(t.backends(), t.medianMillis(change))).toList());
  }
}
