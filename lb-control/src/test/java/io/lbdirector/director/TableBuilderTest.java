package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.config;
import static io.lbdirector.director.ConfigText.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.forwarding.ForwardingTable;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TableBuilderTest {
  private static final String A = "10.0.1.1";
  private static final String B = "10.0.1.2";
  private static final String C = "10.0.1.3";

  private final TableBuilder builder = new TableBuilder();

  private Map<String, ForwardingTable> build(String... tables) {
    return build(builder, DIRECTOR + String.join("", tables));
  }

  private static Map<String, ForwardingTable> build(TableBuilder builder, String toml) {
    DirectorConfig config = config(toml);
    Pools pools = Pools.at(Instant.EPOCH, config, Overrides.NONE, Map.of());
    return builder.build(config, pools, Map.of());
  }

  @Test
  void shouldKeepRowsWhileTheirInputsStay() {
    Map<String, ForwardingTable> first =
        build(table("web", "203.0.113.1", A, B), table("mail", "203.0.113.2", A, C));
    Map<String, ForwardingTable> second =
        build(table("web", "203.0.113.9", A, B), table("mail", "203.0.113.2", B, C));
    assertSame(first.get("web"), second.get("web"));
    assertNotSame(first.get("mail"), second.get("mail"));
    assertNotEquals(first.get("mail").digest(), second.get("mail").digest());
  }

  @Test
  void shouldNotCareForTheOrderOfBackends() {
    ForwardingTable first = build(table("web", "203.0.113.1", A, B, C)).get("web");
    assertSame(first, build(table("web", "203.0.113.1", C, A, B)).get("web"));
    ForwardingTable anew =
        build(new TableBuilder(), DIRECTOR + table("web", "203.0.113.1", B, C, A)).get("web");
    assertEquals(first.digest(), anew.digest());
  }

  @Test
  void shouldShareRowsBetweenTablesOfTheSamePoolAndSeed() {
    Map<String, ForwardingTable> rows =
        build(table("web", "203.0.113.1", A, B), table("mail", "203.0.113.2", B, A));
    assertSame(rows.get("web"), rows.get("mail"));
  }

  @Test
  void shouldBuildAnewForAnotherStateSeedOrNumberOfHops() {
    String text = table("web", "203.0.113.1", A, B, C);
    ForwardingTable first = build(text).get("web");
    assertNotSame(first, build(text + "state = \"draining\"\n").get("web"));
    assertNotSame(first, build(text.replace("seed = \"34", "seed = \"35")).get("web"));
    assertEquals(3, build(text.replace("seed = ", "hops = 3\nseed = ")).get("web").hopCount());
  }

  @Test
  void shouldKeepRowsOfTheLastTwoConfigsAndNoMore() {
    ForwardingTable first = build(table("web", "203.0.113.1", A, B)).get("web");
    build(table("web", "203.0.113.1", A, C));
    assertSame(first, build(table("web", "203.0.113.1", A, B)).get("web"));
    build(table("web", "203.0.113.1", A, C));
    build(table("web", "203.0.113.1", B, C));
    assertNotSame(first, build(table("web", "203.0.113.1", A, B)).get("web"));
  }
}
