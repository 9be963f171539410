package io.lbdirector.cli;

import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code lbctl} without its subcommands: what all of them share. */
@Command(
    name = "lbctl",
    description = "Looks at a running lbd, and changes what it serves.",
    mixinStandardHelpOptions = true,
    versionProvider = RootCommand.Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    commandListHeading = "",
    footer = {
      "",
      "Exit codes: 0 done, 1 refused (nothing has changed), 2 wrong usage,",
      "3 daemon not reachable."
    })
class RootCommand {
  private static final String DEFAULT_SOCKET = "/run/lb/admin.sock";

  /** How answers are printed. */
  enum Output {
    TEXT,
    JSON;

    /** As people write it, and shells complete it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      scope = ScopeType.INHERIT,
      description = {"Admin socket; without it $LB_SOCKET,", "else " + DEFAULT_SOCKET + "."})
  private Path socket;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      description = "text (the default) or json: the daemon's answer, whole.")
  private Output output = Output.TEXT;

  private final Console console;
  private final Screen screen;

  RootCommand(Console console) {
    this.console = console;
    this.screen = new Screen(console);
  }

  /** The exit code of a command that has failed, after saying why. */
  final int report(Exception failure) throws Exception {
    if (failure instanceof DaemonUnreachableException) {
      screen.message("lbctl: " + failure.getMessage());
      return ExitCode.UNREACHABLE;
    }
    if (failure instanceof DaemonRefusedException refused) {
      screen.message("lbctl: " + refused.getMessage());
      refused.problems().forEach(screen::message);
      return ExitCode.REFUSED;
    }
    if (failure instanceof Answer.UnexpectedException) {
      screen.message("lbctl: " + failure.getMessage());
      return ExitCode.REFUSED;
    }
    throw failure;
  }

  Console console() {
    return console;
  }

  Screen screen() {
    return screen;
  }

  boolean json() {
    return output == Output.JSON;
  }

  AdminClient client() {
    return new AdminClient(
        Optional.ofNullable(socket)
            .or(() -> Optional.ofNullable(console.environment().get("LB_SOCKET")).map(Path::of))
            .orElse(Path.of(DEFAULT_SOCKET)));
  }

  /** The version that the jar was built as. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = RootCommand.class.getPackage().getImplementationVersion();
      String build = System.getProperty("lb.version", "(not from a jar)"); // for man pages
      return new String[] {"lbctl " + (version == null ? build : version)};
    }
  }
}
