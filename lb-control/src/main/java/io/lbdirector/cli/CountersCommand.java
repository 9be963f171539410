package io.lbdirector.cli;

import com.google.gson.JsonElement;
import io.lbdirector.cli.Cell.Tone;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "counters",
    description = {
      "Shows packets and bytes: by what became of them, by bind and by backend.",
      "A ! marks a count that is no part of ordinary work."
    })
final class CountersCommand extends QueryCommand {
  @Option(names = "--all", description = "Verdicts that never happened, too.")
  private boolean all;

  @Override
  String target() {
    return "/v1/counters";
  }

  @Override
  void print(JsonElement answer, Screen screen) {
    Answer counters = Answer.of(answer);
    Answer total = counters.object("total");
    screen.line(
        "generation %d: %s in, %s"
            .formatted(
                counters.number("generation"),
                Numbers.of(total.number("packets"), "packet"),
                Numbers.bytes(total.number("bytes"))));
    screen.line("");
    screen.show(verdicts(counters.object("verdicts")));
    screen.line("");
    screen.show(binds(counters));
    screen.line("");
    screen.show(backends(counters));
  }

  private TextTable verdicts(Answer verdicts) {
    TextTable table = new TextTable("VERDICT", ">PACKETS", ">BYTES", "MEANING");
    for (Map.Entry<String, JsonElement> entry : verdicts.entries()) {
      Answer verdict = Answer.of(entry.getValue());
      long packets = verdict.number("packets");
      if (all || packets > 0) {
        boolean odd = packets > 0 && !verdict.flag("normal");
        table.row(
            new Cell((odd ? "! " : "  ") + entry.getKey(), odd ? Tone.WARN : Tone.PLAIN),
            Cell.of(Numbers.count(packets)),
            Cell.of(Numbers.bytes(verdict.number("bytes"))),
            Cell.of(verdict.text("meaning")));
      }
    }
    return table;
  }

  private static TextTable binds(Answer counters) {
    TextTable table = new TextTable("BIND", "TABLE", ">PACKETS", ">BYTES");
    for (Answer bind : counters.list("binds")) {
      table.row(
          bind.text("bind"),
          bind.text("table"),
          Numbers.count(bind.number("packets")),
          Numbers.bytes(bind.number("bytes")));
    }
    return table;
  }

  private static TextTable backends(Answer counters) {
    TextTable table = new TextTable("BACKEND", ">PACKETS", ">BYTES");
    for (Answer backend : counters.list("backends")) {
      table.row(
          backend.text("address"),
          Numbers.count(backend.number("packets")),
          Numbers.bytes(backend.number("bytes")));
    }
    return table;
  }
}
