package io.lbdirector.health;

import java.time.Duration;
import java.util.Optional;

/**
 * What one check found.
 *
 * @param words for operators; never what the backend sent
 * @param took as the way there measured it; empty: from start to end of the check
 */
record Result(Kind kind, String words, Optional<Duration> took) {

  /** What a result says of the backend. */
  enum Kind {
    GOOD,
    BAD,
    /** Nothing: the fault is this machine's own. */
    NONE
  }

  static Result good(String words) {
    return new Result(Kind.GOOD, words, Optional.empty());
  }

  static Result good(String words, Duration took) {
    return new Result(Kind.GOOD, words, Optional.of(took));
  }

  static Result bad(String words) {
    return new Result(Kind.BAD, words, Optional.empty());
  }

  static Result none(String why) {
    return new Result(Kind.NONE, "not checked: " + why, Optional.empty());
  }
}
