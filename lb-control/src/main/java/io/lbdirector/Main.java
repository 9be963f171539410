package io.lbdirector;

import io.lbdirector.bpf.BpfException;
import io.lbdirector.config.ConfigException;
import io.lbdirector.director.DirectorControl.ProblemReport;
import io.lbdirector.director.DirectorControl.RefusedException;
import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(
            (failure, commandLine, parsed) -> {
              explain(failure, commandLine.getErr());
              return FAILED;
            });
  }

  /** One message that says it all; where it came from is for those who debug. */
  private static void explain(Exception failure, PrintWriter err) {
    LOG.debug("failed", failure);
    if (failure instanceof ConfigException) {
      err.println(failure.getMessage()); // a problem a line, each with its file
      return;
    }
    err.println("lbd: " + (failure.getMessage() == null ? failure : failure.getMessage()));
    if (failure instanceof RefusedException refused) {
      refused.problems().stream().map(ProblemReport::message).forEach(err::println);
    }
    if (failure instanceof BpfException refused && !refused.verifierLog().isEmpty()) {
      LOG.debug("verifier log\n{}", refused.verifierLog());
    }
  }

  /** From the jar; a build that was not packaged has none. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      String build = System.getProperty("lb.version", "development"); // for man pages
      return new String[] {"lbd " + (version == null ? build : version)};
    }
  }
}
