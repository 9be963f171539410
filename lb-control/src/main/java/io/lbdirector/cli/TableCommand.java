package io.lbdirector.cli;

import com.google.gson.JsonElement;
import io.lbdirector.admin.AdminClient;
import java.util.ArrayList;
import java.util.List;
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

  /** With the ids of QUIC servers where there are any. */
  private static TextTable backends(Answer table) {
    boolean quic = table.list("backends").stream().anyMatch(b -> b.has("quic_id"));
    List<String> headings = new ArrayList<>(List.of("BACKEND", "STATE", "HEALTH"));
    if (quic) {
      headings.add(">QUIC ID");
    }
    headings.addAll(List.of(">WEIGHT", ">ROWS LED", ">SHARE", ">DUE"));
    TextTable backends = new TextTable(headings.toArray(String[]::new));
    for (Answer backend : table.list("backends")) {
      backends.row(cells(backend, quic).toArray(Cell[]::new));
    }
    return backends;
  }

  private static List<Cell> cells(Answer backend, boolean quic) {
    List<Cell> cells = new ArrayList<>();
    cells.add(Cell.of(backend.text("address")));
    cells.add(state(backend));
    cells.add(Tones.ofHealth(backend.text("health")));
    if (quic) {
      cells.add(Cell.of(backend.has("quic_id") ? Long.toString(backend.number("quic_id")) : "-"));
    }
    cells.add(Cell.of(Numbers.count(backend.number("weight"))));
    cells.add(Cell.of(Numbers.count(backend.number("rows"))));
    cells.add(Cell.of(Numbers.share(backend.decimal("rows_percent"))));
    cells.add(Cell.of(Numbers.share(backend.decimal("due_percent"))));
    return cells;
  }

  private static Cell state(Answer backend) {
    String state = backend.text("state");
    String inFile = backend.text("file_state");
    String share = backend.has("share_percent") ? " " + backend.number("share_percent") + "%" : "";
    String byHand = state.equals(inFile) ? "" : " (file: " + inFile + ")";
    return new Cell(state + share + byHand, Tones.ofState(state).tone());
  }
}
