package io.lbdirector.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;

/**
 * A handle on a network namespace, and a maker of threads that live in it. Sockets and channels of
 * the JDK belong to the namespace of the thread that opened them, for good; so open them on a
 * thread from here and use them anywhere.
 *
 * <p>A thread started by a thread in the namespace is in it too. Take care that such a thread is
 * not the first to touch a shared pool, whose threads would then stay there.
 *
 * <p>Safe for use by many threads. Threads made here outlive {@link #close} if they were started
 * before.
 */
public final class NetworkNamespace implements AutoCloseable, ThreadFactory {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");

  private final String name;
  private final int fd;
  private final long inode;
  private boolean closed;

  private NetworkNamespace(String name, int fd) {
    this.name = name;
    this.fd = fd;
    this.inode = inodeOf(Path.of("/proc/self/fd/" + fd));
  }

  /**
   * Opens a namespace by its file.
   *
   * @param path such as {@code /run/netns/NAME} or {@code /proc/PID/ns/net}
   * @throws OsException if it cannot be opened
   */
  public static NetworkNamespace open(Path path) {
    int fd =
        Sys.check(
            Sys.LIBC.open(path.toString(), Sys.O_CLOEXEC, 0),
            "open network namespace " + path,
            "\"ip netns list\" shows the named ones");
    return new NetworkNamespace(path.toString(), fd);
  }

  /** Opens the namespace of the calling thread. */
  public static NetworkNamespace current() {
    return open(OWN);
  }

  /** The number that tells namespaces apart, as {@code ls -i} shows it. */
  public long inode() {
    return inode;
  }

  /**
   * Runs {@code task} on a thread of its own in this namespace, and waits for it.
   *
   * @throws Exception what the task threw
   * @throws OsException if the namespace cannot be entered
   * @throws IllegalStateException if this handle is closed
   * @throws InterruptedException if the caller is interrupted; the task is interrupted too
   */
  public <T> T call(Callable<T> task) throws Exception {
    FutureTask<T> answer =
        new FutureTask<>(
            () -> {
              enter();
              return task.call();
            });
    Thread thread = new Thread(answer, "in " + name);
    thread.setDaemon(true);
    thread.start();
    try {
      return answer.get();
    } catch (InterruptedException e) {
      thread.interrupt();
      throw e;
    } catch (ExecutionException e) {
      throw unwrap(e);
    }
  }

  /**
   * A daemon thread, not started, that enters this namespace before it runs {@code task}. If it
   * cannot enter (no CAP_SYS_ADMIN, or this handle is closed by then) the task does not run and the
   * thread dies of the exception.
   */
  @Override
  public Thread newThread(Runnable task) {
    Thread thread =
        new Thread(
            () -> {
              enter();
              task.run();
            });
    thread.setDaemon(true);
    return thread;
  }

  /** Lets go of the handle. The namespace itself lives as long as something uses it. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Sys.LIBC.close(fd);
    }
  }

  /** Moves the calling thread, unless it is there already, which then needs no capability. */
  private synchronized void enter() {
    if (closed) {
      throw new IllegalStateException("network namespace " + name + " is closed");
    }
    if (inodeOf(OWN) != inode) {
      Sys.check(
          Sys.LIBC.setns(fd, CLONE_NEWNET),
          "enter network namespace " + name,
          "needs CAP_SYS_ADMIN, and a file that is a network namespace");
    }
  }

  private static long inodeOf(Path path) {
    try {
      return (Long) Files.getAttribute(path, "unix:ino");
    } catch (IOException e) {
      throw new UncheckedIOException("read " + path + "; is /proc mounted?", e);
    }
  }

  private static Exception unwrap(ExecutionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return (Exception) e.getCause();
  }

  @Override
  public String toString() {
    return name;
  }
}
