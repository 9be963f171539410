package io.lbdirector.cli;

import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "top",
    description = {
      "Shows packets and bits a second, fastest first, until q or Ctrl-C.",
      "At the bottom stands what is no part of ordinary work, and grows."
    })
final class TopCommand implements Callable<Integer> {
  private static final int MIN_INTERVAL_MS = 100;

  @ParentCommand private RootCommand lbctl;

  @Spec private CommandSpec spec;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "1s",
      converter = Span.Converter.class,
      description = "From one to the next; 1s without it, at least 100ms.")
  private Span interval;

  @Option(names = "--count", paramLabel = "N", description = "Ends when it has shown so many.")
  private Integer count;

  @Override
  public Integer call() throws DaemonUnreachableException, DaemonRefusedException {
    require(
        interval.duration().toMillis() >= MIN_INTERVAL_MS,
        "--interval = " + interval + " is below 100ms");
    require(count == null || count > 0, "--count = " + count + " is below 1");
    return new Top(lbctl, interval.duration(), count == null ? 0 : count).run();
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), otherwise);
    }
  }
}
