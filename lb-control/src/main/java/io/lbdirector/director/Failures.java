package io.lbdirector.director;

import java.util.concurrent.CompletionException;

/** Takes off what {@link java.util.concurrent.CompletableFuture} wraps around an exception. */
final class Failures {
  private Failures() {}

  static RuntimeException unwrap(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
  }
}
