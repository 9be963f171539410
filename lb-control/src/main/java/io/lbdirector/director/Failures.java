package io.lbdirector.director;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Takes off what {@link CompletableFuture} wraps around an exception. */
final class Failures {
  private Failures() {}

  static RuntimeException unwrap(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
  }

  /** Waits for an answer; what it fails with is thrown as it was. */
  static <T> T join(CompletableFuture<T> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw unwrap(e);
    }
  }
}
