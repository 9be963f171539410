package io.lbdirector.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "import",
    description = "Takes over the config of another load balancer; asks no daemon.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = ImportGlbCommand.class)
final class ImportCommand {
  @ParentCommand private RootCommand lbctl;

  RootCommand lbctl() {
    return lbctl;
  }
}
