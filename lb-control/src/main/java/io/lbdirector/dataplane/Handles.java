package io.lbdirector.dataplane;

import java.util.ArrayDeque;
import java.util.Deque;

/** Handles that are closed together, the last one first; the first failure is kept. */
final class Handles implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Takes ownership of {@code handle} and gives it back. */
  <T extends AutoCloseable> T own(T handle) {
    open.push(handle);
    return handle;
  }

  @Override
  public void close() {
    RuntimeException failure = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new IllegalStateException("could not close a handle", e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Closes everything because of {@code cause}, to which further failures are added. */
  void closeAfter(Throwable cause) {
    suppress(cause, this::close);
  }

  /** Runs a clean-up step; what it throws is added to {@code cause}. */
  static void suppress(Throwable cause, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }
}
