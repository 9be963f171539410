package io.lbdirector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lbdirector.abi.Outcome;
import io.lbdirector.dataplane.BackendStats;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Actors;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendCommandTest {
  private static final String ATTACH = "backend attach --interface lo ";

  private record Ended(int code, String err) {}

  private static Ended run(String arguments) {
    StringWriter err = new StringWriter();
    int code = Main.commandLine().setErr(new PrintWriter(err, true)).execute(arguments.split(" "));
    return new Ended(code, err.toString());
  }

  @Test
  void shouldWantToKnowWhoMaySend() {
    Ended ended = run(ATTACH.strip());
    assertEquals(2, ended.code());
    assertTrue(ended.err().contains("--allow-from"), ended.err());
  }

  @ParameterizedTest
  @CsvSource({
    "--allow-from 10.0.1.1/24, host bits of 10.0.1.1/24 are not zero",
    "--allow-from 10.0.1.0/33, /33 is outside 0 to 32",
    "--allow-from 10.0.1.0/, is no prefix length",
    "--allow-from 10.0.1.0/x, \"x\" is no prefix length",
    "--allow-from 10.0.0.2 everybody, --allow-from everybody: \"everybody\" is not an IPv4",
    "--allow-from any --vip web, \"web\" is not an IPv4 or IPv6 address",
    "--allow-from any --port 0, port 0 is outside 1 to 65535",
    "--allow-from any --port 65536, port 65536 is outside 1 to 65535"
  })
  void shouldRefuseWhatItCannotRead(String options, String message) {
    Ended ended = run(ATTACH + options);
    assertEquals(2, ended.code());
    assertTrue(ended.err().contains(message), ended.err());
  }

  @Test
  void shouldSayThatNothingIsAttached() {
    Ended ended = run("backend stats --interface lb-none");
    assertEquals(1, ended.code());
    assertTrue(
        ended.err().startsWith("lbd: interface lb-none of this network namespace has no backend"),
        ended.err());
  }

  private static BackendStats stats() {
    Map<Outcome, Count> total = new EnumMap<>(Outcome.class);
    total.put(Outcome.KNOWN, new Count(12, 3456));
    total.put(Outcome.MALFORMED, new Count(1, 60));
    total.put(Outcome.TO_SELF, new Count(0, 0));
    TreeMap<IpAddress, Map<Outcome, Count>> vips = new TreeMap<>();
    vips.put(Actors.VIP, Map.of(Outcome.KNOWN, new Count(12, 3456), Outcome.SYN, new Count(0, 0)));
    vips.put(IpAddress.parse("::"), Map.of(Outcome.MALFORMED, new Count(1, 60)));
    return new BackendStats(total, vips);
  }

  @Test
  void shouldShowTotalsWithTheirMeaningAndThenEachVip() {
    String[] lines = BackendStatsReport.text(stats()).split("\n");
    assertEquals(
        "  known                        12               3456  " + Outcome.KNOWN.meaning(),
        lines[1]);
    assertTrue(lines[2].startsWith("  to_self                       0 "), lines[2]);
    assertTrue(lines[3].startsWith("! malformed                     1 "), lines[3]);
    assertEquals(
        "203.0.113.10                            known                        12               3456",
        lines[6]);
    assertTrue(lines[7].startsWith("(none)     "), lines[7]);
    assertEquals(8, lines.length);
  }

  @Test
  void shouldSayTheSameInJson() {
    JsonObject json = JsonParser.parseString(BackendStatsReport.json(stats())).getAsJsonObject();
    JsonObject known =
        json.getAsJsonObject("vips").getAsJsonObject("203.0.113.10").getAsJsonObject("known");
    assertEquals("{\"packets\":12,\"bytes\":3456}", known.toString());
    assertEquals(known, json.getAsJsonObject("total").getAsJsonObject("known"));
    assertEquals(
        1,
        json.getAsJsonObject("vips")
            .getAsJsonObject("::")
            .getAsJsonObject("malformed")
            .get("packets")
            .getAsInt());
  }
}
