package io.lbdirector.cli;

import com.google.gson.JsonElement;
import picocli.CommandLine.Command;

@Command(name = "tables", description = "Lists the forwarding tables.")
final class TablesCommand extends QueryCommand {
  /** Enough to tell tables apart; {@code table NAME} has all 64. */
  private static final int DIGEST_DIGITS = 12;

  @Override
  String target() {
    return "/v1/tables";
  }

  @Override
  void print(JsonElement answer, Screen screen) {
    TextTable table =
        new TextTable(
            "TABLE", "ALGORITHM", "WRAPPED", ">HOPS", ">BINDS", ">BACKENDS", ">BUSIEST", "DIGEST");
    for (Answer one : Answer.listOf(answer)) {
      table.row(
          Cell.of(one.text("name")),
          Cell.of(one.text("algorithm")),
          Cell.of(one.text("encapsulation")),
          Cell.of(Numbers.count(one.number("hops"))),
          Cell.of(Numbers.count(one.list("binds").size())),
          Cell.of(Numbers.count(one.list("backends").size())),
          Balance.of(one).busiest(),
          Cell.of(shortened(one.text("digest"))));
    }
    screen.show(table);
  }

  private static String shortened(String digest) {
    return digest.substring(0, Math.min(DIGEST_DIGITS, digest.length()));
  }
}
