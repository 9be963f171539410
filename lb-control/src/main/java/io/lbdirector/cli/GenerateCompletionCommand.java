package io.lbdirector.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "generate-completion",
    description = {
      "Prints a script that completes lbctl's words in bash and zsh.",
      "Use it so: source <(lbctl generate-completion)"
    })
final class GenerateCompletionCommand implements Callable<Integer> {
  @ParentCommand private RootCommand lbctl;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec root = spec.root();
    lbctl.screen().line(AutoComplete.bash(root.name(), root.commandLine()).stripTrailing());
    return ExitCode.DONE;
  }
}
