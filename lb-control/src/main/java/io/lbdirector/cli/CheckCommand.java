package io.lbdirector.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "check", description = "Says what is wrong with FILE; asks no daemon.")
final class CheckCommand implements Callable<Integer> {
  @ParentCommand private RootCommand lbctl;

  @Parameters(paramLabel = "FILE", description = "A forwarding.toml; - for standard input.")
  private Path file;

  @Override
  public Integer call() throws IOException {
    return new ConfigCheck(file.toString(), lbctl.json(), lbctl.screen()).run(lbctl.console().in());
  }
}
