package io.lbdirector.bench.wire;

import io.lbdirector.bench.lab.Host;
import io.lbdirector.bpf.BpfProgram;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A thread on a core of its own that sends live frames from a host. */
final class FrameSender implements AutoCloseable {
  private final BpfProgram program;
  private final LiveFrames frames = new LiveFrames();
  private final ExecutorService thread;

  /**
   * @param program makes and sends the frames; not closed by this
   */
  FrameSender(Host host, BpfProgram program) {
    this.program = program;
    this.thread = Executors.newSingleThreadExecutor(host.namespace());
    onThread(Affinity::pin);
  }

  /** What runs on the thread. */
  private interface Task {
    long run();
  }

  /**
   * @return nanoseconds until the last was sent. Those before it have gone their way by then, but
   *     for what rings hold
   */
  long send(int count) {
    return onThread(() -> frames.send(program, count));
  }

  private long onThread(Task task) {
    try {
      return thread.submit(task::run).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("send live frames", e.getCause());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
