package io.lbdirector.cli;

import com.google.gson.JsonElement;
import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "reload",
    description = {
      "Makes FILE the live config; answers when packets follow it.",
      "It stays so until the daemon starts anew or gets a SIGHUP."
    })
final class ReloadCommand implements Callable<Integer> {
  private static final Path STDIN = Path.of("-");

  @ParentCommand private Lbctl lbctl;

  @Parameters(paramLabel = "FILE", description = "A forwarding.toml; - for standard input.")
  private Path file;

  @Override
  public Integer call() throws DaemonUnreachableException, DaemonRefusedException {
    Screen screen = lbctl.screen();
    byte[] toml;
    try {
      toml = read();
    } catch (IOException e) {
      screen.message("lbctl: cannot read " + file + ": " + why(e));
      return ExitCode.REFUSED;
    }
    JsonElement answer = lbctl.client().post("/v1/reload?name=" + AdminClient.encode(name()), toml);
    if (lbctl.json()) {
      screen.show(answer);
    } else {
      print(Answer.of(answer), screen);
    }
    return ExitCode.DONE;
  }

  private byte[] read() throws IOException {
    return file.equals(STDIN) ? lbctl.console().in().readAllBytes() : Files.readAllBytes(file);
  }

  /** What the daemon calls it, in messages and in {@code status}: the same wherever it is read. */
  private String name() {
    return file.equals(STDIN) ? "stdin" : file.toAbsolutePath().normalize().toString();
  }

  private static String why(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    return failure.getMessage();
  }

  private static void print(Answer report, Screen screen) {
    long generation = report.number("generation");
    if (report.flag("changed")) {
      screen.line(
          "generation %d is live: %s built, %s moved"
              .formatted(
                  generation,
                  Numbers.of(report.number("tables_built"), "table"),
                  Numbers.of(report.number("rows_moved"), "row")));
    } else {
      screen.line("nothing to change: generation " + generation + " stays live");
    }
    screen.warn(report.texts("warnings"));
  }
}
