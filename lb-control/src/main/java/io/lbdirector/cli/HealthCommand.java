package io.lbdirector.cli;

import com.google.gson.JsonElement;
import io.lbdirector.cli.Cell.Tone;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.Command;

@Command(name = "health", description = "Shows what the checks find, backend by backend.")
final class HealthCommand extends QueryCommand {
  @Override
  String target() {
    return "/v1/health";
  }

  @Override
  void print(JsonElement answer, Screen screen) {
    Answer health = Answer.of(answer);
    screen.show(checks(health));
    health.list("tables").stream()
        .filter(table -> table.flag("panic"))
        .forEach(table -> screen.paragraph(new Cell(panic(table), Tone.BAD)));
    if (health.flag("frozen")) {
      screen.paragraph(
          new Cell("frozen: no interface has a carrier, so health stays as it is", Tone.BAD));
    }
    long stalled = health.number("stalled_seconds");
    if (stalled > 0) {
      screen.paragraph(
          new Cell("stalled: checks are " + Numbers.count(stalled) + " s late", Tone.BAD));
    }
  }

  private TextTable checks(Answer health) {
    TextTable checks =
        new TextTable("TABLE", "BACKEND", "CHECK", "HEALTH", "SINCE", "LAST RESULT", ">LATENCY");
    for (Answer table : health.list("tables")) {
      for (Answer check : table.list("checks")) {
        checks.row(
            Cell.of(table.text("table")),
            Cell.of(check.text("backend")),
            Cell.of(check.text("check")),
            Tones.ofHealth(check.text("health")),
            Cell.of(age(check.text("since"))),
            Cell.of(check.text("last_result")),
            Cell.of(
                check.has("latency_micros")
                    ? Numbers.latency(check.number("latency_micros"))
                    : ""));
      }
    }
    return checks;
  }

  /**
   * @param since ISO 8601, UTC; shown as it is if it is something else
   */
  private String age(String since) {
    try {
      return Span.text(Duration.between(Instant.parse(since), console().pace().now()));
    } catch (DateTimeException e) {
      return since;
    }
  }

  private static String panic(Answer table) {
    return "table %s is in panic: %s proven down, above %d %%, so all count as up"
        .formatted(
            table.text("table"),
            Numbers.of(table.number("down"), "backend"),
            table.number("max_down_percent"));
  }
}
