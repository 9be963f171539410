package io.lbdirector.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands to their end, for a bounded time. */
final class Shell {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Shell() {}

  /** What a command left behind. */
  record Result(int exit, String out, String err) {}

  /**
   * @return what the command printed
   * @throws AssertionError with what it said, if it exits non-zero
   */
  static String run(List<String> command) {
    Result result = tryRun(command);
    if (result.exit != 0) {
      throw new AssertionError(
          String.join(" ", command) + " exited with " + result.exit + ": " + result.err);
    }
    return result.out;
  }

  /**
   * As {@link #run}, whatever the exit code. Output goes by way of files: a server that a command
   * leaves running would hold a pipe open.
   */
  static Result tryRun(List<String> command) {
    try {
      Path out = Files.createTempFile("lb-lab", ".out");
      Path err = Files.createTempFile("lb-lab", ".err");
      try {
        return run(command, out, err);
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", command), e);
    }
  }

  private static Result run(List<String> command, Path out, Path err) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    awaitEnd(process, String.join(" ", command));
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** Waits for the end of {@code process}, and brings it about after {@link #LIMIT}. */
  static void awaitEnd(Process process, String what) {
    try {
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(what + " has not ended within " + LIMIT.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + what, e);
    }
  }
}
