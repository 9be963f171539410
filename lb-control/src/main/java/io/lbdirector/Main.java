package io.lbdirector;

import io.lbdirector.bpf.BpfException;
import io.lbdirector.config.ConfigException;
import io.lbdirector.director.DirectorControl.ProblemReport;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.log.LogLevel;
import java.io.PrintWriter;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code lbd}. The only class that ends the process. */
@Command(
    name = "lbd",
    description = "The director's daemon, and the tool that puts the backend program in place.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RunCommand.class,
      DetachCommand.class,
      BackendCommand.class,
      DoctorCommand.class
    })
final class Main {
  static final int DONE = 0;
  static final int FAILED = 1;

  /** A config file cannot be used: to try again is of no use before it is mended. */
  static final int BAD_CONFIG = 78;

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "${env:LB_LOG_LEVEL}",
      scope = ScopeType.INHERIT,
      description =
          "what goes to standard error: ${COMPLETION-CANDIDATES} ($LB_LOG_LEVEL, or INFO)")
  void setLogLevel(LogLevel level) {
    if (level != null) {
      level.set();
    }
  }

  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, commandLine, parsed) -> {
              explain(failure, commandLine.getErr());
              return failure instanceof ConfigException ? BAD_CONFIG : FAILED;
            });
  }

  /** One message that says it all; where it came from is for those who debug. */
  private static void explain(Exception failure, PrintWriter err) {
    LOG.debug("command failed", failure);
    message(failure).lines().forEach(line -> err.println(LogLevel.ERROR.prefix() + line));
    if (failure instanceof BpfException refused) {
      refused
          .verifierLog()
          .lines()
          .forEach(line -> LOG.atDebug().addKeyValue("line", line).log("verifier says"));
    }
  }

  private static String message(Exception failure) {
    if (failure instanceof ConfigException) {
      return failure.getMessage(); // a problem a line, each with its file
    }
    String message = "lbd: " + (failure.getMessage() == null ? failure : failure.getMessage());
    return failure instanceof RefusedException refused
        ? refused.problems().stream()
            .map(ProblemReport::message)
            .collect(Collectors.joining("\n", message + "\n", ""))
        : message;
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
