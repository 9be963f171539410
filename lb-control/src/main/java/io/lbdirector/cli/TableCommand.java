package io.lbdirector.cli;

import com.google.gson.JsonElement;
import io.lbdirector.admin.AdminClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "table", description = "Shows one table: its binds, and who leads its rows.")
final class TableCommand extends QueryCommand {
  @Parameters(paramLabel = "NAME", description = "As it stands in the config.")
  private String name;

  @Override
  String target() {
    return "/v1/tables/" + AdminClient.encode(name);
  }

  @Override
  void print(JsonElement answer, Screen screen) {
    Answer table = Answer.of(answer);
    screen.show(
        new Fields()
            .add("table", table.text("name"))
            .add("wrapped in", table.text("encapsulation"))
            .add("rows", table.text("algorithm") + ", " + Numbers.of(table.number("hops"), "hop"))
            .add("balance", Balance.of(table).cell())
            .add("hash of", String.join(", ", table.texts("hash_fields")))
            .add("slot", Numbers.count(table.number("slot")))
            .add("digest", table.text("digest")));
    screen.line("");
    screen.show(binds(table));
    screen.line("");
    screen.show(backends(table));
  }

  private static TextTable binds(Answer table) {
    TextTable binds = new TextTable("BIND", ">PACKETS", ">BYTES");
    for (Answer bind : table.list("binds")) {
      binds.row(
          bind.text("bind"),
          Numbers.count(bind.number("packets")),
          Numbers.bytes(bind.number("bytes")));
    }
    return binds;
  }

  private static TextTable backends(Answer table) {
    TextTable backends =
        new TextTable("BACKEND", "STATE", "HEALTH", ">WEIGHT", ">ROWS LED", ">SHARE", ">DUE");
    for (Answer backend : table.list("backends")) {
      backends.row(
          Cell.of(backend.text("address")),
          state(backend),
          Tones.ofHealth(backend.text("health")),
          Cell.of(Numbers.count(backend.number("weight"))),
          Cell.of(Numbers.count(backend.number("rows"))),
          Cell.of(Numbers.share(backend.decimal("rows_percent"))),
          Cell.of(Numbers.share(backend.decimal("due_percent"))));
    }
    return backends;
  }

  private static Cell state(Answer backend) {
    String state = backend.text("state");
    String inFile = backend.text("file_state");
    String share = backend.has("share_percent") ? " " + backend.number("share_percent") + "%" : "";
    String byHand = state.equals(inFile) ? "" : " (file: " + inFile + ")";
    return new Cell(state + share + byHand, Tones.ofState(state).tone());
  }
}
