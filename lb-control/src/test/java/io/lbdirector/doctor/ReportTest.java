package io.lbdirector.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Finding FINE = Finding.fine("kernel", "", "6.18.44");
  private static final Finding WARNING =
      Finding.warning(
          "mtu",
          "eth0",
          "1500; 1540 is needed: 1500 of clients, 40 of outer headers",
          "uploads hang: raise the MTU of eth0 (ip link set dev eth0 mtu 1540) and of the way");
  private static final Finding FAILING = Finding.failing("libbpf", "", "not found", "install it");

  @Test
  void shouldPutRemediesUnderWhatTheyAreFor() {
    assertEquals(
        """
        fine     kernel: 6.18.44
        warning  mtu eth0: 1500; 1540 is needed: 1500 of clients, 40 of outer headers
                 -> uploads hang: raise the MTU of eth0 (ip link set dev eth0 mtu 1540)
                    and of the way
        failing  libbpf: not found
                 -> install it

        1 fine, 1 warning, 1 failing
        """,
        new Report(List.of(FINE, WARNING, FAILING)).text(false));
  }

  @Test
  void shouldFitEightyColumnsButForWordsThatDoNot() {
    String words = "some words of a length ".repeat(20);
    String path = "/a/path/".repeat(20);
    Report report =
        new Report(List.of(Finding.failing("config", "eth0", words + path + " " + words, words)));
    List<String> wide = report.text(false).lines().filter(line -> line.length() > 80).toList();
    assertEquals(List.of("         " + path), wide);
  }

  @Test
  void shouldColourLevelsOnlyAndOnlyIfAsked() {
    String colourful = new Report(List.of(FINE, WARNING, FAILING)).text(true);
    assertTrue(colourful.startsWith("\u001b[32mfine\u001b[0m     kernel: "), colourful);
    assertEquals(
        new Report(List.of(FINE, WARNING, FAILING)).text(false),
        colourful.replaceAll("\u001b\\[\\d+m", ""));
  }

  @Test
  void shouldLetNothingFoundSteerATerminal() {
    Finding hostile = Finding.fine("attached", "eth0", "\u001b[2J\u009b31m\u202eprogram\u0007");
    assertTrue(
        new Report(List.of(hostile)).text(false).startsWith("fine     attached eth0: ?[2J?31m?pro"),
        new Report(List.of(hostile)).text(false));
  }

  @Test
  void shouldKeepToTheShapeThatProgramsKnow() {
    JsonObject json =
        JsonParser.parseString(new Report(List.of(FINE, WARNING)).json()).getAsJsonObject();
    assertEquals(
        "{\"fine\":1,\"warning\":1,\"failing\":0,\"findings\":["
            + "{\"level\":\"fine\",\"what\":\"kernel\",\"of\":\"\",\"found\":\"6.18.44\","
            + "\"remedy\":\"\"},"
            + "{\"level\":\"warning\",\"what\":\"mtu\",\"of\":\"eth0\",\"found\":\""
            + WARNING.found()
            + "\",\"remedy\":\""
            + WARNING.remedy()
            + "\"}]}",
        json.toString());
  }

  @Test
  void shouldBeHealthyWithWarningsOnly() {
    assertTrue(new Report(List.of(FINE, WARNING)).isHealthy());
    assertFalse(new Report(List.of(FINE, FAILING)).isHealthy());
  }
}
