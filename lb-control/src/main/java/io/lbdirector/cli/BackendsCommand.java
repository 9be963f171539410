package io.lbdirector.cli;

import com.google.gson.JsonElement;
import picocli.CommandLine.Command;

@Command(name = "backends", description = "Lists the backends, over all tables.")
final class BackendsCommand extends QueryCommand {
  @Override
  String target() {
    return "/v1/backends";
  }

  @Override
  void print(JsonElement answer, Screen screen) {
    TextTable table = new TextTable("BACKEND", "HEALTH", ">PACKETS", ">BYTES", "TABLES");
    for (Answer backend : Answer.listOf(answer)) {
      table.row(
          Cell.of(backend.text("address")),
          Tones.ofHealth(backend.text("health")),
          Cell.of(Numbers.count(backend.number("packets"))),
          Cell.of(Numbers.bytes(backend.number("bytes"))),
          Cell.of(String.join(", ", backend.texts("tables"))));
    }
    screen.show(table);
  }
}
