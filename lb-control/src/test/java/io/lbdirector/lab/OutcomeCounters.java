package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.Outcome;
import java.util.Map;
import java.util.TreeMap;

/** What all backends had counted at one moment, by names such as {@code backend2 known}. */
final class OutcomeCounters {
  private final Lab lab;
  private final Map<Lab.Host, Outcomes> then;

  private OutcomeCounters(Lab lab) {
    this.lab = lab;
    this.then = Outcomes.all(lab);
  }

  static OutcomeCounters read(Lab lab) {
    return new OutcomeCounters(lab);
  }

  static String name(Lab.Host backend, Outcome outcome) {
    return backend + " " + outcome.label();
  }

  /** How far counters have grown since {@code before}; only those that did. */
  Map<String, Long> since(OutcomeCounters before) {
    Map<String, Long> grown = new TreeMap<>();
    then.forEach(
        (backend, outcomes) ->
            outcomes
                .since(before.then.get(backend))
                .forEach((outcome, count) -> grown.put(name(backend, outcome), count)));
    return grown;
  }

  /** Waits until these have grown by so much since this was read, and no other has. */
  void awaitGrowth(Map<String, Long> expected) throws Exception {
    Await.within(Await.LIMIT, () -> read(lab).since(this).equals(expected));
    assertEquals(new TreeMap<>(expected), read(lab).since(this));
  }
}
