package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class HelpGroupsTest {
  @Command(
      name = "x",
      subcommands = {New.class, Status.class, Drain.class, Tables.class})
  private static final class Some {}

  @Command(name = "new", description = "Of no group.")
  private static final class New {}

  @Command(name = "status", description = "A look.")
  private static final class Status {}

  @Command(name = "drain", description = "A change.")
  private static final class Drain {}

  @Command(name = "tables", description = "Another look.")
  private static final class Tables {}

  @Test
  void shouldGroupCommandsAndForgetNone() {
    String list = HelpGroups.list(new CommandLine(new Some()).getHelp());
    assertEquals(
        """
        Look:
          status  A look.
          tables  Another look.
        Set states by hand:
          drain   A change.
        More:
          new     Of no group.
        """,
        list);
  }
}
