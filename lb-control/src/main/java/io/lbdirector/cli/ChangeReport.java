package io.lbdirector.cli;

import io.lbdirector.cli.Cell.Tone;
import java.util.List;

/** What a reload changes, or would change, as people read it. */
final class ChangeReport {
  /** Encapsulation that goes without saying. */
  private static final String USUAL = "gue";

  private ChangeReport() {}

  static void ofPlan(Answer plan, Screen screen) {
    if (plan.flag("changed")) {
      changes(plan, screen);
    } else {
      screen.line("nothing to change");
    }
    screen.warn(plan.texts("warnings"));
  }

  static void ofReload(Answer report, Screen screen) {
    long generation = report.number("generation");
    if (report.flag("changed")) {
      changes(report, screen);
      screen.paragraph(
          "generation %d is live: %s built, %s moved"
              .formatted(
                  generation,
                  Numbers.of(report.number("tables_built"), "table"),
                  Numbers.of(report.number("rows_moved"), "row")));
    } else {
      screen.line("nothing to change: generation " + generation + " stays live");
    }
    deadline(report.text("confirm_by"), screen);
    screen.warn(report.texts("warnings"));
  }

  private static void deadline(String by, Screen screen) {
    if (!by.isEmpty()) {
      screen.paragraph(new Cell("keep it with " + confirmation(by), Tone.WARN));
    }
  }

  /**
   * @param by ISO 8601, UTC
   */
  static String confirmation(String by) {
    return "lbctl confirm by " + by + ", or it is taken back";
  }

  /** What plan and reload say alike. */
  private static void changes(Answer report, Screen screen) {
    for (Answer table : report.list("tables")) {
      tableChange(table, screen);
      screen.line("");
    }
    if (report.list("tables").isEmpty()) {
      screen.line("settings change, and no table does");
    }
    screen.paragraph(rowsMoved(report));
    long lost = report.number("rows_lost");
    if (lost > 0) {
      screen.paragraph(
          new Cell(
              Numbers.of(lost, "row")
                  + (lost == 1 ? " loses its" : " lose their")
                  + " second chance: connections there break",
              Tone.WARN));
    }
  }

  private static String rowsMoved(Answer report) {
    long moved = report.number("rows_moved");
    if (moved == 0) {
      return "no row moves";
    }
    return Numbers.of(moved, "row") + (moved == 1 ? " moves, " : " move, ") + traffic(report);
  }

  private static String traffic(Answer report) {
    if (!report.has("traffic_percent")) {
      return "with no traffic in the last seconds to estimate a share from";
    }
    return Numbers.percent(report.decimal("traffic_percent"))
        + " of the traffic of the last seconds, an estimate";
  }

  private static void tableChange(Answer table, Screen screen) {
    String change = table.text("change");
    screen.paragraph(
        new Cell(
            "table " + table.text("table") + ": " + change,
            change.equals("removed") ? Tone.WARN : Tone.PLAIN));
    Fields fields = new Fields();
    if (!table.text("encapsulation").equals(USUAL)) {
      fields.add("wrapped in", table.text("encapsulation"));
    }
    comeAndGo(fields, "backends", table.texts("backends_added"), table.texts("backends_removed"));
    comeAndGo(fields, "binds", table.texts("binds_added"), table.texts("binds_removed"));
    list(fields, "states", "", table.texts("states_changed"));
    if (table.number("rows_moved") > 0) {
      fields.add("rows", rows(table));
    }
    screen.show(fields);
  }

  private static void comeAndGo(
      Fields fields, String label, List<String> added, List<String> removed) {
    list(fields, label, "+ ", added);
    list(fields, added.isEmpty() ? label : "", "- ", removed);
  }

  private static void list(Fields fields, String label, String sign, List<String> items) {
    if (!items.isEmpty()) {
      fields.add(label, sign + String.join(", ", items));
    }
  }

  private static Cell rows(Answer table) {
    long lost = table.number("rows_lost");
    String text =
        "%s moved (minimum %s), %s kept by second chance, %s lost"
            .formatted(
                Numbers.count(table.number("rows_moved")),
                Numbers.count(table.number("rows_minimum")),
                Numbers.count(table.number("rows_rescued")),
                Numbers.count(lost));
    return new Cell(text, lost > 0 ? Tone.WARN : Tone.PLAIN);
  }
}
