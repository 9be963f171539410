package io.lbdirector.cli;

import io.lbdirector.cli.Cell.Tone;

/**
 * How evenly the rows of a table lie, as people read it.
 *
 * @param json the table's {@code balance}
 */
record Balance(Answer json) {
  static Balance of(Answer table) {
    return new Balance(table.object("balance"));
  }

  /** Of the backend that leads most for what it is due: {@code +2.3%}. */
  Cell busiest() {
    return json.has("busiest") ? new Cell(deviation("busiest"), tone()) : new Cell("-", tone());
  }

  private String deviation(String which) {
    return Numbers.deviation(json.object(which).decimal("above_due_percent"));
  }

  private Tone tone() {
    return json.flag("relaxed") ? Tone.WARN : Tone.PLAIN;
  }

  /** In a line. */
  Cell cell() {
    String text =
        json.has("busiest")
            ? "busiest " + one("busiest") + ", idlest " + one("idlest")
            : "no backend may lead rows";
    return new Cell(text + limit(), tone());
  }

  private String one(String which) {
    return json.object(which).text("backend") + " " + deviation(which);
  }

  private String limit() {
    if (!json.has("limit_percent")) {
      return "";
    }
    String limit = Numbers.deviation(json.decimal("limit_percent"));
    return json.flag("relaxed")
        ? "; limit "
            + limit
            + ", raised to "
            + Numbers.deviation(json.decimal("limit_in_force_percent"))
        : "; limit " + limit;
  }
}
