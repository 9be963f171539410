package io.lbdirector.director;

import java.util.Queue;
import java.util.concurrent.PriorityBlockingQueue;

/** Things to do at a time, for the thread of a {@link io.lbdirector.os.ReadLoop}. */
final class Timers {
  private final Queue<Timer> queue = new PriorityBlockingQueue<>();

  /**
   * @param at in terms of {@link System#nanoTime}
   */
  private record Timer(long at, Runnable action) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      return Long.signum(at - other.at);
    }
  }

  /**
   * Adds one, from any thread.
   *
   * @param at in terms of {@link System#nanoTime}
   * @return whether it is the first: then who waits for the first has to be woken
   */
  boolean add(long at, Runnable action) {
    Timer timer = new Timer(at, action);
    queue.add(timer);
    return queue.peek() == timer;
  }

  /**
   * Does all that is due, in order.
   *
   * @return nanoseconds until the next is; {@link Long#MAX_VALUE} if there is none
   */
  long runDue() {
    Timer first = queue.poll();
    while (first != null) {
      long leftNanos = first.at - System.nanoTime();
      if (leftNanos > 0) {
        queue.add(first);
        return leftNanos;
      }
      first.action.run();
      first = queue.poll();
    }
    return Long.MAX_VALUE;
  }
}
