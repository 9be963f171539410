package io.lbdirector.cli;

import com.google.gson.JsonElement;
import io.lbdirector.cli.Cell.Tone;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
    name = "bpf",
    description = "Shows what the kernel holds for the director: links, program, maps.")
final class BpfCommand extends QueryCommand {
  @Override
  String target() {
    return "/v1/bpf";
  }

  @Override
  void print(JsonElement answer, Screen screen) {
    Answer bpf = Answer.of(answer);
    List<Answer> pins = bpf.list("pins");
    String layout = bpf.text("layout") + "/";
    screen.show(
        new Fields()
            .add("pinned in", bpf.text("folder") + "/")
            .add("maps in", layout)
            .add("memory", Numbers.bytes(pins.stream().mapToLong(BpfCommand::memory).sum())));
    screen.line("");
    screen.show(table("PIN", pins, layout));
    if (bpf.has("unpinned")) {
      printUnpinned(bpf.list("unpinned"), screen);
    } else {
      screen.line("");
      screen.paragraph("not asked what lives without a pin: only root may, and lbd is not");
    }
  }

  private static void printUnpinned(List<Answer> unpinned, Screen screen) {
    if (!unpinned.isEmpty()) {
      screen.line("");
      screen.paragraph(
          new Cell(
              "without a pin here, and not this daemon's; bpftool shows who holds them:",
              Tone.WARN));
      screen.show(table("NAME", unpinned, ""));
    }
  }

  /**
   * @param layout what the names of most pins begin with, and need not
   */
  private static TextTable table(String heading, List<Answer> objects, String layout) {
    TextTable table = new TextTable(heading, "TYPE", ">ID", ">ENTRIES", ">MEMORY", "USE");
    for (Answer object : objects) {
      String pin = object.text("pin");
      String name = pin.isEmpty() ? object.text("name") : pin;
      table.row(
          Cell.of(name.startsWith(layout) ? name.substring(layout.length()) : name),
          Cell.of(type(object)),
          Cell.of(Long.toString(object.number("id"))),
          Cell.of(object.has("entries") ? Numbers.count(object.number("entries")) : ""),
          Cell.of(object.has("memory_bytes") ? Numbers.bytes(memory(object)) : ""),
          Cell.of(object.text("use")));
    }
    return table;
  }

  private static String type(Answer object) {
    String kind = object.text("kind");
    String type = object.text("type");
    return kind.equals("map") ? type : type + " " + kind;
  }

  /** Links have none. */
  private static long memory(Answer object) {
    return object.has("memory_bytes") ? object.number("memory_bytes") : 0;
  }
}
