package io.lbdirector.cli;

import com.google.gson.JsonElement;
import io.lbdirector.cli.Cell.Tone;
import picocli.CommandLine.Command;

@Command(name = "status", description = "Shows the director at a glance.")
final class StatusCommand extends QueryCommand {
  @Override
  String target() {
    return "/v1/status";
  }

  @Override
  void print(JsonElement answer, Screen screen) {
    Answer status = Answer.of(answer);
    Fields fields = new Fields();
    fields.add(
        "director",
        "lbd %s, instance %s, pid %d"
            .formatted(status.text("version"), status.text("instance"), status.number("pid")));
    fields.add("ready", ready(status));
    fields.add("generation", generation(status));
    fields.add("config", status.text("config"));
    addConfirmation(fields, status.text("confirm_by"));
    fields.add("started", status.text("started_at"));
    fields.add("serves", serves(status));
    status.list("interfaces").forEach(port -> addInterface(fields, port));
    status.list("overrides").forEach(override -> addOverride(fields, override));
    status
        .texts("warnings")
        .forEach(warning -> fields.add("warning", new Cell(warning, Tone.WARN)));
    screen.show(fields);
  }

  private static Cell ready(Answer status) {
    boolean ready = status.flag("ready");
    return new Cell(
        (ready ? "yes: " : "no: ") + status.text("ready_reason"), ready ? Tone.GOOD : Tone.BAD);
  }

  private static String generation(Answer status) {
    long generation = status.number("generation");
    if (generation == 0) {
      return "none";
    }
    return generation
        + (status.flag("adopted") ? ", taken over " : ", published ")
        + status.text("published_at");
  }

  private static void addConfirmation(Fields fields, String by) {
    if (!by.isEmpty()) {
      fields.add("unconfirmed", new Cell(ChangeReport.confirmation(by), Tone.WARN));
    }
  }

  private static String serves(Answer status) {
    return Numbers.of(status.number("tables"), "table")
        + ", "
        + Numbers.of(status.number("binds"), "bind")
        + ", "
        + Numbers.of(status.number("backends"), "backend");
  }

  private static void addInterface(Fields fields, Answer port) {
    boolean up = port.flag("up");
    String link =
        "%s, %s, MTU %d, MAC %s"
            .formatted(port.text("mode"), up ? "up" : "down", port.number("mtu"), port.text("mac"));
    fields.add(port.text("name"), new Cell(link, up ? Tone.PLAIN : Tone.BAD));
    addGateway(fields, port, "gateway");
    addGateway(fields, port, "gateway6");
  }

  private static void addOverride(Fields fields, Answer override) {
    String inFile = override.text("file_state");
    String text =
        "%s of %s is %s (%s), by %s %s"
            .formatted(
                override.text("backend"),
                override.text("table"),
                state(override),
                inFile.isEmpty() ? "not in the file" : inFile + " in the file",
                override.text("set_by"),
                override.text("set_at"));
    fields.add("by hand", new Cell(text, Tone.WARN));
  }

  /** With what was asked for beside it: {@code draining from 40 % of its rows over 5m}. */
  private static String state(Answer override) {
    boolean goesWithTime = override.has("over_seconds");
    String text = override.text("state");
    if (override.has("share_percent")) {
      text += goesWithTime ? " from " : ", ";
      text += override.number("share_percent") + " % of its rows";
    }
    return goesWithTime ? text + " over " + Span.ofSeconds(override.number("over_seconds")) : text;
  }

  /** A line for each family that packets go to. */
  private static void addGateway(Fields fields, Answer port, String key) {
    String state = port.text(key + "_state");
    if (!state.equals("unused")) {
      fields.add("", gateway(key, port.text(key), port.text(key + "_mac"), state));
    }
  }

  private static Cell gateway(String key, String address, String mac, String state) {
    String text =
        key
            + (address.isEmpty() ? "" : " " + address)
            + (mac.isEmpty() ? ": no MAC yet" : " at " + mac)
            + (" (" + state + ")");
    return new Cell(text, mac.isEmpty() ? Tone.BAD : Tone.PLAIN);
  }
}
