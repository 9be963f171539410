package io.lbdirector.health;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Sends an echo through the tunnel. */
final class EchoProbe implements Probe {
  private final Tunnel tunnel;
  private final Executor loop;
  private final Target target;

  EchoProbe(Tunnel tunnel, Executor loop, Target target) {
    this.tunnel = tunnel;
    this.loop = loop;
    this.target = target;
  }

  @Override
  public Run start(Consumer<Result> done) {
    EchoRun run = new EchoRun(echo(), done);
    run.answer.whenCompleteAsync((took, failure) -> run.end(result(took, failure)), loop);
    return run;
  }

  private CompletableFuture<Duration> echo() {
    CheckSpec check = target.check();
    try {
      return tunnel.echo(target.backend(), check.vip().orElseThrow(), check.timeout());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Result result(Duration took, Throwable failure) {
    if (failure == null) {
      return Result.good("echo", took);
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof TimeoutException) {
      return Result.bad("no answer in " + Words.of(target.check().timeout()));
    }
    return cause instanceof IOException
        ? Result.bad(Words.of(cause))
        : Result.none(Words.of(cause));
  }

  @Override
  public void close() {}

  /** One echo. */
  private static final class EchoRun implements Run {
    private final CompletableFuture<Duration> answer;
    private final Consumer<Result> done;
    private boolean over;

    EchoRun(CompletableFuture<Duration> answer, Consumer<Result> done) {
      this.answer = answer;
      this.done = done;
    }

    void end(Result result) {
      if (!over) {
        over = true;
        done.accept(result);
      }
    }

    @Override
    public void cancel() {
      over = true;
      answer.cancel(false);
    }

    @Override
    public String silence(String timeout) {
      return "no answer in " + timeout;
    }
  }
}
