package io.lbdirector.os;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that works whenever a socket can be read, or a time has come. */
public final class ReadLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadLoop.class);

  private static final int EFD_CLOEXEC = 0x80000;
  private static final int EFD_NONBLOCK = 0x800;

  /** After a failure, so that one that lasts does not take a processor. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Work work;
  private final int wakeUp;
  private final int[] fds;
  private final Thread thread;
  private volatile boolean closed;

  /** What the thread does. */
  @FunctionalInterface
  public interface Work {
    /**
     * Reads all that there is, and does all that is due. What it throws is logged.
     *
     * @return for how many nanoseconds there will be nothing to do unless something comes in;
     *     {@link Long#MAX_VALUE} for ever
     */
    long run();
  }

  private ReadLoop(String name, Work work, int wakeUp, int[] fds) {
    this.work = work;
    this.wakeUp = wakeUp;
    this.fds = fds;
    this.thread = new Thread(this::loop, name);
    thread.setDaemon(true);
  }

  /**
   * Starts the thread.
   *
   * @param sockets stay the caller's, and open until {@link #close} has returned
   */
  public static ReadLoop start(String name, List<? extends IpSocket> sockets, Work work) {
    int wakeUp = Sys.check(Sys.LIBC.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make eventfd");
    int[] fds = new int[sockets.size() + 1];
    fds[0] = wakeUp;
    for (int i = 0; i < sockets.size(); i++) {
      fds[i + 1] = sockets.get(i).fd();
    }
    ReadLoop loop = new ReadLoop(name, work, wakeUp, fds);
    loop.thread.start();
    return loop;
  }

  /** Has the work done now; from any thread. */
  public synchronized void wake() {
    if (!closed) {
      ring();
    }
  }

  private void ring() {
    byte[] one = Sys.nativeBuffer(Long.BYTES).putLong(1).array();
    Sys.LIBC.write(wakeUp, one, one.length);
  }

  private void loop() {
    byte[] rung = new byte[Long.BYTES];
    while (!closed) {
      long waitNanos = work();
      Sys.awaitReadable(millis(waitNanos), fds);
      Sys.LIBC.read(wakeUp, rung, rung.length);
    }
  }

  private long work() {
    try {
      return work.run();
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("thread", thread.getName())
          .setCause(e)
          .log("sockets not read, goes on");
      LockSupport.parkNanos(PAUSE_NANOS);
      return 0;
    }
  }

  /** Rounded up: awake too early, there would be nothing to do. Negative is for ever. */
  private static int millis(long nanos) {
    if (nanos == Long.MAX_VALUE) {
      return -1;
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos) + 999_999);
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }

  /** Ends the thread: when this returns, the work is not being done and will not be again. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      ring();
    }
    awaitEnd();
    Sys.LIBC.close(wakeUp);
  }

  private void awaitEnd() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
