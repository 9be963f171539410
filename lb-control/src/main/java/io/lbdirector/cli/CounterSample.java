package io.lbdirector.cli;

import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The daemon's counters as they stood at one moment.
 *
 * @param nanos when; differences count
 * @param odd the verdicts that are no part of ordinary work
 */
record CounterSample(
    long nanos,
    long generation,
    Counted total,
    List<Counted> binds,
    List<Counted> backends,
    List<Counted> odd) {

  /**
   * @param name no two of a list have the same
   * @param note what else to tell of it: table of a bind, health of a backend, meaning of a verdict
   */
  record Counted(String name, String note, long packets, long bytes) {
    private static Counted of(String name, String note, Answer counter) {
      return new Counted(name, note, counter.number("packets"), counter.number("bytes"));
    }
  }

  /**
   * @param counters as {@code /v1/counters} has them
   */
  static CounterSample of(long nanos, Answer counters) {
    return new CounterSample(
        nanos,
        counters.number("generation"),
        Counted.of("", "", counters.object("total")),
        listed(counters.list("binds"), "bind", "table"),
        listed(counters.list("backends"), "address", "health"),
        odd(counters.object("verdicts")));
  }

  private static List<Counted> listed(List<Answer> counters, String name, String note) {
    List<Counted> listed = new ArrayList<>(counters.size());
    for (Answer one : counters) {
      listed.add(Counted.of(one.text(name), one.text(note), one));
    }
    return listed;
  }

  private static List<Counted> odd(Answer verdicts) {
    List<Counted> odd = new ArrayList<>();
    for (Map.Entry<String, JsonElement> entry : verdicts.entries()) {
      Answer verdict = Answer.of(entry.getValue());
      if (!verdict.flag("normal")) {
        odd.add(Counted.of(entry.getKey(), verdict.text("meaning"), verdict));
      }
    }
    return odd;
  }
}
