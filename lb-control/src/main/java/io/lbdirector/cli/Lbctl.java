package io.lbdirector.cli;

import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code lbctl}: looks at a running lbd, and changes what it serves. */
@Command(
    name = "lbctl",
    description = "Looks at a running lbd, and changes what it serves.",
    mixinStandardHelpOptions = true,
    versionProvider = Lbctl.Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    commandListHeading = "",
    subcommands = {
      PlanCommand.class,
      ReloadCommand.class,
      ConfirmCommand.class,
      RollbackCommand.class,
      StateCommand.Drain.class,
      StateCommand.Fill.class,
      StateCommand.Undrain.class,
      StateCommand.Inactive.class,
      StateCommand.Active.class,
      CheckCommand.class,
      StatusCommand.class,
      EventsCommand.class,
      HealthCommand.class,
      TablesCommand.class,
      TableCommand.class,
      BackendsCommand.class,
      CountersCommand.class,
      TopCommand.class,
      ImportCommand.class,
      GenerateCompletionCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 done, 1 refused (nothing has changed), 2 wrong usage,",
      "3 daemon not reachable."
    })
public final class Lbctl {
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

  /** The commands alone, for the tools that describe them at build time. */
  private Lbctl() {
    this(null);
  }

  private Lbctl(Console console) {
    this.console = console;
    this.screen = new Screen(console);
  }

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    Console console =
        new Console(
            System.in,
            utf8(FileDescriptor.out),
            utf8(FileDescriptor.err),
            System.getenv(),
            Boolean.getBoolean("lb.terminal"));
    int code = run(console, args);
    console.out().flush();
    console.err().flush();
    System.exit(code);
  }

  /** Whatever the locale: JSON is UTF-8. */
  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  /** Runs one command; returns its exit code. */
  static int run(Console console, String... args) {
    Lbctl lbctl = new Lbctl(console);
    CommandLine line = new CommandLine(lbctl);
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, HelpGroups::list);
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(new PrintWriter(console.out(), true))
        .setErr(new PrintWriter(console.err(), true))
        .setColorScheme(Help.defaultColorScheme(console.colour() ? Help.Ansi.ON : Help.Ansi.OFF))
        .setExecutionExceptionHandler((failure, command, parsed) -> lbctl.report(failure))
        .execute(args);
  }

  private int report(Exception failure) throws Exception {
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
      String version = Lbctl.class.getPackage().getImplementationVersion();
      String build = System.getProperty("lb.version", "(not from a jar)"); // for man pages
      return new String[] {"lbctl " + (version == null ? build : version)};
    }
  }
}
