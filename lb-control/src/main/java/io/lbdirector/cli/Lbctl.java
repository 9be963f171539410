package io.lbdirector.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The command {@code lbctl}: looks at a running lbd, and changes what it serves. */
@Command(
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
      BpfCommand.class,
      TablesCommand.class,
      TableCommand.class,
      BackendsCommand.class,
      CountersCommand.class,
      TopCommand.class,
      ImportCommand.class,
      GenerateCompletionCommand.class
    })
public final class Lbctl extends RootCommand {
  /** The commands alone, for the tools that describe them at build time. */
  private Lbctl() {
    this(null);
  }

  private Lbctl(Console console) {
    super(console);
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
    Optional<Class<?>> only = NamedCommand.of(args);
    RootCommand lbctl = only.isPresent() ? new RootCommand(console) : new Lbctl(console);
    CommandLine line = new CommandLine(lbctl);
    if (only.isPresent()) { // ifPresent(line::addSubcommand) would keep picocli out of the archive
      line.addSubcommand(only.get());
    }
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, HelpGroups::list);
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(new PrintWriter(console.out(), true))
        .setErr(new PrintWriter(console.err(), true))
        .setColorScheme(Help.defaultColorScheme(console.colour() ? Help.Ansi.ON : Help.Ansi.OFF))
        .setExecutionExceptionHandler((failure, command, parsed) -> lbctl.report(failure))
        .execute(args);
  }
}
