package io.lbdirector.health;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An event loop whose time passes when the test says so. */
final class VirtualLoop {
  private final MockTicker ticker = Ticker.newMockTicker();
  private final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(ticker).build();

  EventLoop loop() {
    return channel.eventLoop();
  }

  long nanos() {
    return ticker.nanoTime();
  }

  /** Lets time pass, with each task at its time. */
  void pass(Duration time) {
    long end = nanos() + time.toNanos();
    settle();
    long next = channel.runScheduledPendingTasks();
    while (next >= 0 && nanos() + next <= end) {
      ticker.advance(Math.max(1, next), TimeUnit.NANOSECONDS);
      settle();
      next = channel.runScheduledPendingTasks();
    }
    ticker.advance(Math.max(0, end - nanos()), TimeUnit.NANOSECONDS);
    settle();
  }

  /** Lets time pass while the loop is busy: what is due meanwhile comes afterwards. */
  void block(Duration time) {
    ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Twice: what was due may have left something to do at once. */
  private void settle() {
    channel.runPendingTasks();
    channel.runPendingTasks();
  }
}
