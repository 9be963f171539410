package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.cli.Rates.Rate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopPageTest {
  private static Rate rate(String name, String note, double packets) {
    return new Rate(name, note, true, packets, 800 * packets);
  }

  private static List<Rate> rates(String name, int size) {
    List<Rate> rates = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      rates.add(rate(name + i, "note", 10_000 - i));
    }
    return rates;
  }

  private static Rates sized(int binds, int backends, int odd) {
    return new Rates(
        7,
        7,
        1,
        rate("", "", 123.4),
        rates("bind", binds),
        rates("backend", backends),
        rates("verdict", odd));
  }

  private static List<String> page(int rows, Rates rates) {
    return new TopPage(rows, 80, false).rates(rates).lines();
  }

  @Test
  void shouldShowRates() {
    Rates rates =
        new Rates(
            7,
            8,
            1,
            rate("", "", 1_234_567),
            List.of(
                rate("tcp 203.0.113.10:80", "web", 1_234_567), new Rate("udp", "q", false, 0, 0)),
            List.of(rate("10.0.1.11", "up", 0.5), rate("10.0.1.12", "down", 0)),
            List.of(rate("drop_no_hop", "Row without hops.", 3)));
    assertEquals(
        """
        generation 8 (before: 7): 1,234,567 packets/s in, 987 Mbit/s

        BIND                 TABLE  PACKETS/S  BITS/S
        tcp 203.0.113.10:80  web    1,234,567   987 M
        udp                  q              -       -

        BACKEND    HEALTH  PACKETS/S  BITS/S
        10.0.1.11  up            0.5     400
        10.0.1.12  down            0       0

        ! VERDICT    MEANING            PACKETS/S  BITS/S
        drop_no_hop  Row without hops.          3  2.40 k
        """,
        String.join("\n", page(Integer.MAX_VALUE, rates)) + "\n");
  }

  @Test
  void shouldSayThatTheCountersBeganAnew() {
    Rates rates =
        new Rates(7, 7, 1, new Rate("", "", false, 0, 0), List.of(), List.of(), List.of());
    assertEquals("generation 7: the counters began anew", page(9, rates).get(0));
  }

  @ParameterizedTest
  @CsvSource({
    "24, 5,   5,   0, 5, 5, 0",
    "24, 50,  3,   0, 15, 3, 0",
    "24, 3,   50,  0, 3, 15, 0",
    "24, 50,  50,  0, 9, 8, 0",
    "24, 50,  50, 20, 6, 6, 2",
    "24, 50,  50,  1, 7, 7, 1",
    "10, 50,  50, 20, 0, 0, 0",
  })
  void shouldShareTheRowsOut(
      int rows, int binds, int backends, int odd, int bindsShown, int backendsShown, int oddShown) {
    List<String> page = page(rows, sized(binds, backends, odd));
    assertTrue(page.size() <= rows, page.size() + " lines");
    assertEquals(bindsShown, page.stream().filter(l -> l.startsWith("bind")).count());
    assertEquals(backendsShown, page.stream().filter(l -> l.startsWith("backend")).count());
    assertEquals(oddShown, page.stream().filter(l -> l.startsWith("verdict")).count());
  }

  @Test
  void shouldSayHowManyDoNotFit() {
    List<String> page = page(24, sized(50, 3, 0));
    assertEquals("bind14  note       9,986  7.98 M", page.get(17));
    assertEquals("... and 35 more", page.get(18));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void shouldFitTheSmallestTerminals(int rows) {
    List<String> page =
        new TopPage(rows, 1, true).notice("no answer").rates(sized(9, 9, 9)).lines();
    assertTrue(!page.isEmpty() && page.size() <= rows, page.toString());
  }

  @Test
  void shouldCutNoticesAndKeepControlCharactersOut() {
    String notice = new TopPage(9, 80, true).notice("\u001b[2J" + "x".repeat(99)).lines().get(0);
    assertEquals("\u001b[31m?[2J" + "x".repeat(76) + "\u001b[0m", notice);
  }
}
