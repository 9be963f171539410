package io.lbdirector.health;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Lets so many checks be under way at a time; the others wait, first come, first served. Confined
 * to the event loop.
 */
final class Turns {
  private final int atOnce;
  private final Deque<Routine> waiting = new ArrayDeque<>();
  private int taken;
  private boolean calling;

  Turns(int atOnce) {
    this.atOnce = atOnce;
  }

  /** Has {@code routine} start a check, at once or in its turn; it {@link #leave}s afterwards. */
  void ask(Routine routine) {
    waiting.add(routine);
    call();
  }

  /** A check is over. */
  void leave() {
    taken--;
    call();
  }

  /**
   * Has those start whose turn it is. A check that is over as soon as it begins leaves within its
   * start: were the next one begun there, thousands of them would not fit on the stack.
   */
  private void call() {
    if (calling) {
      return;
    }
    calling = true;
    try {
      while (taken < atOnce && !waiting.isEmpty()) {
        start(waiting.remove());
      }
    } finally {
      calling = false;
    }
  }

  private void start(Routine first) {
    if (!first.isEnded()) {
      taken++;
      first.start();
    }
  }

  Iterable<Routine> waiting() {
    return waiting;
  }
}
