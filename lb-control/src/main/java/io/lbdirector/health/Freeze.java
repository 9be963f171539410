package io.lbdirector.health;

import java.util.concurrent.atomic.AtomicInteger;

/** Whether results count now, and have counted since a check began. From any thread. */
final class Freeze {
  /** Odd while frozen. */
  private final AtomicInteger changes = new AtomicInteger();

  void set(boolean frozen) {
    changes.updateAndGet(before -> isFrozen(before) == frozen ? before : before + 1);
  }

  /** To hand to {@link #countsSince} when the check that begins now has ended. */
  int mark() {
    return changes.get();
  }

  boolean countsSince(int mark) {
    return changes.get() == mark && !isFrozen(mark);
  }

  private static boolean isFrozen(int changes) {
    return (changes & 1) != 0;
  }
}
