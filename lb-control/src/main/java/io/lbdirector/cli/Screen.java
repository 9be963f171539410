package io.lbdirector.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import java.util.List;

/** Where a command's words go: results to one stream, all else to the other. */
final class Screen {
  /** No line of text is wider, but for messages. */
  static final int WIDTH = 80;

  private final Console console;

  Screen(Console console) {
    this.console = console;
  }

  void line(String text) {
    console.out().println(text);
  }

  /** One text, over as many lines as it takes. */
  void paragraph(Cell text) {
    for (String part : Fields.wrap(text.text(), WIDTH)) {
      line(text.tone().paint(part, console.colour()));
    }
  }

  void paragraph(String text) {
    paragraph(Cell.of(text));
  }

  void show(TextTable table) {
    table.lines(WIDTH, console.colour()).forEach(this::line);
  }

  void show(Fields fields) {
    fields.lines(WIDTH, console.colour()).forEach(this::line);
  }

  /** Keys stay in the order they came in. */
  void show(JsonElement json) {
    Gson gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    line(gson.toJson(json));
  }

  void warn(List<String> warnings) {
    warnings.forEach(warning -> message("warning: " + warning));
  }

  /** A line for people, whole, however long: they may want to search for it. */
  void message(String text) {
    console.err().println(Cell.clean(text));
  }

  /** Whether all results so far have gone where they should. */
  boolean written() {
    return !console.out().checkError();
  }
}
