package io.lbdirector.health;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/**
 * Lets so many checks be under way at a time; the others wait, first come, first served. Confined
 * to the event loop.
 */
final class Turns {
  private final int atOnce;
  private final Executor loop;
  private final Deque<Routine> waiting = new ArrayDeque<>();
  private int taken;
  private boolean called;

  Turns(int atOnce, Executor loop) {
    this.atOnce = atOnce;
    this.loop = loop;
  }

  /** Has {@code routine} start a check, at once or in its turn; it {@link #leave}s afterwards. */
  void ask(Routine routine) {
    waiting.add(routine);
    if (!called) {
      next();
    }
  }

  /**
   * A check is over. The next begins in a task of its own: thousands in a row that are over as soon
   * as they begin would not fit on the stack.
   */
  void leave() {
    taken--;
    if (!waiting.isEmpty() && !called) {
      called = true;
      loop.execute(this::next);
    }
  }

  private void next() {
    called = true; // by a check that is over as soon as it begins
    while (taken < atOnce && !waiting.isEmpty()) {
      Routine first = waiting.remove();
      if (!first.isEnded()) {
        taken++;
        first.start();
      }
    }
    called = false;
  }

  Iterable<Routine> waiting() {
    return waiting;
  }
}
