package io.lbdirector.bench.scale;

import static io.lbdirector.bench.harness.VoidRunException.requireEqual;

import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.bench.director.PrivateDirector;
import io.lbdirector.bench.director.StartedDirector;
import io.lbdirector.bench.harness.Series;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The same work by directors that have more or less to serve. */
final class SizeRun {
  private final int size;
  private final Map<Work, Series> series = new EnumMap<>(Work.class);
  private long heapBytes;

  /** What is timed. */
  enum Work {
    START("first config, until live"),
    RELOAD("reload of one table"),
    COUNTERS("all counters read");

    private final String title;

    Work(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  private SizeRun(Dimension dimension, int size) {
    this.size = size;
    for (Work work : Work.values()) {
      String name = work.name().toLowerCase(Locale.ROOT);
      series.put(work, new Series("%s-%d.%s".formatted(dimension.name(), size, name), 1));
    }
  }

  /**
   * @param rounds directors that are started, one after another
   * @param repeats of what each does once it runs
   */
  static SizeRun of(Dimension dimension, int size, int rounds, int repeats) {
    SizeRun run = new SizeRun(dimension, size);
    for (int round = 0; round <= rounds; round++) {
      run.round(round, dimension.text().apply(size), round == 0 ? 1 : repeats);
    }
    return run;
  }

  /** Round 0 warms up, and is no sample. */
  private void round(int round, ConfigText text, int repeats) {
    try (PrivateDirector own = PrivateDirector.open()) {
      byte[] first = text.afterEdit(0);
      long begun = System.nanoTime();
      try (StartedDirector director = new StartedDirector(own.plane(), first)) {
        add(Work.START, round, System.nanoTime() - begun);
        for (int edit = 1; edit <= repeats; edit++) {
          add(Work.RELOAD, round, director.reload(text.afterEdit(edit), 1));
          begun = System.nanoTime();
          int binds = director.control().counters().toCompletableFuture().join().binds().size();
          add(Work.COUNTERS, round, System.nanoTime() - begun);
          requireEqual("counters", "binds", text.tables() * text.binds(), binds);
        }
        heapBytes = heap();
      }
    }
  }

  private void add(Work work, int round, long nanos) {
    if (round > 0) {
      series.get(work).add(round, nanos);
    }
  }

  /** Bytes that are reachable. */
  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  int size() {
    return size;
  }

  Series series(Work work) {
    return series.get(work);
  }

  List<Series> series() {
    return List.copyOf(series.values());
  }

  double medianNanos(Work work) {
    return series.get(work).median();
  }

  /** What was reachable in the last round, after its reloads: by the director, and the harness. */
  long heapBytes() {
    return heapBytes;
  }
}
