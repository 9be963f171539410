package io.lbdirector.cli;

import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** A command that posts a config to the daemon, which opens no file itself. */
abstract class FileCommand extends ChangeCommand {
  private static final Path STDIN = Path.of("-");

  @Parameters(paramLabel = "FILE", description = "A forwarding.toml; - for standard input.")
  private Path file;

  /** What stands in the request beside the config's name; empty, or begins with {@code &}. */
  abstract String parameters();

  @Override
  public final Integer call() throws DaemonUnreachableException, DaemonRefusedException {
    byte[] toml;
    try {
      toml = read();
    } catch (IOException e) {
      lbctl().screen().message("lbctl: cannot read " + file + ": " + why(e));
      return ExitCode.REFUSED;
    }
    String target = "/v1/reload?name=" + AdminClient.encode(name()) + parameters();
    return show(lbctl().client().post(target, toml));
  }

  private byte[] read() throws IOException {
    return file.equals(STDIN) ? lbctl().console().in().readAllBytes() : Files.readAllBytes(file);
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
}
