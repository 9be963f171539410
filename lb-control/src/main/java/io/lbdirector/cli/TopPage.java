package io.lbdirector.cli;

import io.lbdirector.cli.Cell.Tone;
import io.lbdirector.cli.Rates.Rate;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays rates out on a page: as many of the odd verdicts, of the fastest binds and of the fastest
 * backends as fit, and how many more there are.
 */
final class TopPage {
  /** Lines are not laid out for less; a narrower terminal cuts them. */
  private static final int MIN_WIDTH = 60;

  /** Of each part: the empty line above it, and its heading. */
  private static final int FRAME = 2;

  private final int rows;
  private final int width;
  private final boolean colour;
  private final List<String> lines = new ArrayList<>();

  /**
   * @param rows no page is longer
   */
  TopPage(int rows, int columns, boolean colour) {
    this.rows = rows;
    this.width = Math.max(MIN_WIDTH, columns);
    this.colour = colour;
  }

  /** A line on top that must not be missed; cut where the page ends. */
  TopPage notice(String text) {
    String clean = Cell.clean(text);
    lines.add(Tone.BAD.paint(clean.substring(0, Math.min(width, clean.length())), colour));
    return this;
  }

  TopPage rates(Rates rates) {
    lines.add(title(rates));
    int room = rows - lines.size();
    int odd =
        rates.odd().isEmpty() ? 0 : Math.min(size(rates.odd()), Math.max(FRAME + 1, room / 4));
    int left = room - odd;
    int backends = Math.min(size(rates.backends()), Math.max(left / 2, left - size(rates.binds())));
    part(new TextTable("BIND", "TABLE", ">PACKETS/S", ">BITS/S"), rates.binds(), left - backends);
    part(new TextTable("BACKEND", "HEALTH", ">PACKETS/S", ">BITS/S"), rates.backends(), backends);
    part(new TextTable("! VERDICT", "MEANING", ">PACKETS/S", ">BITS/S"), rates.odd(), odd);
    return this;
  }

  private static int size(List<Rate> part) {
    return FRAME + part.size();
  }

  /** Without trailing spaces. */
  List<String> lines() {
    return lines.subList(0, Math.min(rows, lines.size()));
  }

  private static String title(Rates rates) {
    Rate total = rates.total();
    String from =
        rates.generation() == rates.generationBefore()
            ? ""
            : " (before: " + rates.generationBefore() + ")";
    return "generation "
        + rates.generation()
        + from
        + (total.known()
            ? ": %s packets/s in, %s"
                .formatted(Numbers.rate(total.packets()), Numbers.bits(total.bits(), "bit/s"))
            : ": the counters began anew");
  }

  /**
   * @param room lines for it, with its frame
   */
  private void part(TextTable table, List<Rate> rates, int room) {
    int shown = room - FRAME;
    if (shown <= 0) {
      return;
    }
    boolean fits = rates.size() <= shown;
    rates.subList(0, fits ? rates.size() : shown - 1).forEach(rate -> table.row(cells(rate)));
    lines.add("");
    lines.addAll(table.lines(width, colour));
    if (!fits) {
      lines.add("... and " + Numbers.count(rates.size() - shown + 1) + " more");
    }
  }

  private static Cell[] cells(Rate rate) {
    return new Cell[] {
      Cell.of(rate.name()),
      Tones.ofHealth(rate.note()),
      Cell.of(rate.known() ? Numbers.rate(rate.packets()) : "-"),
      Cell.of(rate.known() ? Numbers.bits(rate.bits(), "") : "-")
    };
  }
}
