package io.lbdirector.doctor;

import java.util.ArrayList;
import java.util.List;

/** Collects what the checks find. */
final class Findings {
  private final List<Finding> all = new ArrayList<>();

  void add(Finding finding) {
    all.add(finding);
  }

  /** Runs checks; if they cannot be made, that is a warning, and the others go on. */
  void attempt(String what, String of, Runnable checks) {
    try {
      checks.run();
    } catch (RuntimeException e) {
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      add(Finding.warning(what, of, "cannot be checked: " + reason, ""));
    }
  }

  /** Whether the finding that came last is fine. */
  boolean lastIsFine() {
    return all.get(all.size() - 1).level() == Finding.Level.FINE;
  }

  Report report() {
    return new Report(all);
  }
}
