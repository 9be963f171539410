package io.lbdirector.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/** The list of commands in lbctl's help, by what they are for. */
final class HelpGroups {
  private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();
  private static final int INDENT = 2;

  static {
    GROUPS.put("Look:", List.of("status", "health", "tables", "table", "backends", "bpf"));
    GROUPS.put("Watch traffic:", List.of("counters", "top", "events", "explain"));
    GROUPS.put("Change the config:", List.of("plan", "reload", "confirm", "rollback"));
    GROUPS.put("Set states by hand:", List.of("drain", "fill", "undrain", "inactive", "active"));
    GROUPS.put("Work on files, without a daemon:", List.of("check", "import"));
  }

  private final Help help;
  private final StringBuilder text = new StringBuilder();

  private HelpGroups(Help help) {
    this.help = help;
  }

  /** Commands of no group come last. */
  static String list(Help help) {
    HelpGroups groups = new HelpGroups(help);
    Map<String, Help> left = new LinkedHashMap<>(help.subcommands());
    GROUPS.forEach((title, names) -> groups.append(title, take(names, left)));
    groups.append("More:", left);
    return groups.text.toString();
  }

  private static Map<String, Help> take(List<String> names, Map<String, Help> left) {
    Map<String, Help> taken = new LinkedHashMap<>();
    for (String name : names) {
      Help command = left.remove(name);
      if (command != null) {
        taken.put(name, command);
      }
    }
    return taken;
  }

  private void append(String title, Map<String, Help> commands) {
    if (commands.isEmpty()) {
      return;
    }
    int names =
        INDENT + help.subcommands().keySet().stream().mapToInt(String::length).max().orElse(0);
    TextTable table =
        TextTable.forColumns(
            help.colorScheme(),
            new Column(names, INDENT, Overflow.SPAN),
            new Column(Screen.WIDTH - names, INDENT, Overflow.WRAP));
    commands.forEach(
        (name, command) ->
            table.addRowValues(
                help.colorScheme().commandText(name), help.colorScheme().text(summary(command))));
    text.append(title).append('\n').append(table);
  }

  /** The first line of what a command says of itself. */
  private static String summary(Help command) {
    return command.commandSpec().usageMessage().description()[0];
  }
}
