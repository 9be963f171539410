package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonParser;
import io.lbdirector.cli.Cell.Tone;
import org.junit.jupiter.api.Test;

class BalanceTest {
  private static final String EXTREMES =
      """
      "busiest": {"backend": "10.0.1.11", "rows": 300, "above_due_percent": 17.8},
      "idlest": {"backend": "10.0.1.12", "rows": 200, "above_due_percent": -3.0}""";

  private static Balance balance(String json) {
    return Balance.of(Answer.of(JsonParser.parseString("{\"balance\": {" + json + "}}")));
  }

  @Test
  void shouldNameTheBusiestAndTheIdlest() {
    Balance balance = balance("\"relaxed\": false, " + EXTREMES);
    assertEquals(
        new Cell("busiest 10.0.1.11 +17.8%, idlest 10.0.1.12 -3.0%", Tone.PLAIN), balance.cell());
    assertEquals(new Cell("+17.8%", Tone.PLAIN), balance.busiest());
  }

  @Test
  void shouldSayWhatTheLimitCameTo() {
    Balance balance =
        balance(
            "\"limit_percent\": 0.1, \"relaxed\": true, \"limit_in_force_percent\": 1.5, "
                + EXTREMES);
    assertEquals(
        new Cell(
            "busiest 10.0.1.11 +17.8%, idlest 10.0.1.12 -3.0%; limit +0.1%, raised to +1.5%",
            Tone.WARN),
        balance.cell());
    assertEquals(new Cell("+17.8%", Tone.WARN), balance.busiest());
  }

  @Test
  void shouldSayThatNoBackendMayLeadRows() {
    Balance balance = balance("\"relaxed\": false");
    assertEquals(new Cell("no backend may lead rows", Tone.PLAIN), balance.cell());
    assertEquals(new Cell("-", Tone.PLAIN), balance.busiest());
  }
}
