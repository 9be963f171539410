package io.lbdirector.admin;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Closes a channel under its user when time is up, since channels of Unix sockets know no timeout.
 */
final class Watchdog implements AutoCloseable {
  private final SocketChannel channel;
  private final Thread thread = new Thread(this::watch, "admin-timeout");
  private volatile long deadlineNanos;

  Watchdog(SocketChannel channel, Duration time) {
    this.channel = channel;
    allow(time);
    thread.setDaemon(true);
    thread.start();
  }

  /** Gives {@code time} from now. */
  void allow(Duration time) {
    deadlineNanos = System.nanoTime() + time.toNanos();
    LockSupport.unpark(thread);
  }

  private void watch() {
    for (long left = left(); left > 0; left = left()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        return;
      }
    }
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed as far as it can be.
    }
  }

  private long left() {
    return deadlineNanos - System.nanoTime();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
