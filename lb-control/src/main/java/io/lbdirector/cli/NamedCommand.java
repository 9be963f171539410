package io.lbdirector.cli;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * The subcommand that a command line names, found without picocli: to describe all of them to it
 * takes longer than most commands take.
 */
final class NamedCommand {
  private static final Set<String> WITH_VALUE = Set.of("--socket", "--output");

  /** One completes the words of all; one has an --output of its own, which would be overruled. */
  private static final Set<Class<?>> WITH_ALL =
      Set.of(GenerateCompletionCommand.class, ImportCommand.class);

  private NamedCommand() {}

  /**
   * @return empty if none is named, or picocli has to know all of them for it
   */
  static Optional<Class<?>> of(String... args) {
    int at = 0;
    while (at < args.length && isOption(args[at])) {
      at += args[at].contains("=") ? 1 : 2;
    }
    return at < args.length ? called(args[at]) : Optional.empty();
  }

  private static boolean isOption(String word) {
    return WITH_VALUE.contains(word.split("=", 2)[0]);
  }

  private static Optional<Class<?>> called(String name) {
    return Stream.of(Lbctl.class.getAnnotation(Command.class).subcommands())
        .filter(command -> command.getAnnotation(Command.class).name().equals(name))
        .filter(command -> !WITH_ALL.contains(command))
        .<Class<?>>map(command -> command)
        .findFirst();
  }
}
