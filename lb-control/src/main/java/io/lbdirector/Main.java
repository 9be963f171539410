package io.lbdirector;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code lbd}. The only class that ends the process. */
@Command(
    name = "lbd",
    description = "The director's daemon, and the tool that puts the backend program in place.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {RunCommand.class, DetachCommand.class, BackendCommand.class})
final class Main {
  static final int DONE = 0;
  static final int FAILED = 1;

  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(
            (failure, commandLine, parsed) -> {
              commandLine.getErr().println("lbd: " + failure.getMessage());
              return FAILED;
            });
  }

  /** From the jar; a build that was not packaged has none. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"lbd " + (version == null ? "development" : version)};
    }
  }
}
