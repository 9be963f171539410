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
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.Health;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void shouldBuildASecondHopWhileHashFieldsMigrate() {
    String one = table("web", "203.0.113.1", A, B, C).replace("seed = ", "hops = 1\nseed = ");
    assertEquals(1, build(one).get("web").hopCount());
    String migrating = one.replace("seed = ", "alt_hash_fields = [\"src_port\"]\nseed = ");
    assertEquals(2, build(migrating).get("web").hopCount());
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
    ForwardingTable first = live(text).get("web");
    assertNotSame(first, build(text + "state = \"draining\"\n").get("web"));
    assertNotSame(first, build(text.replace("seed = \"34", "seed = \"35")).get("web"));
    assertEquals(3, build(text.replace("seed = ", "hops = 3\nseed = ")).get("web").hopCount());
  }

  @Test
  void shouldKeepRowsOfWhatIsLiveAndWasBefore() {
    ForwardingTable first = live(table("web", "203.0.113.1", A, B)).get("web");
    ForwardingTable second = live(table("web", "203.0.113.1", A, C)).get("web");
    assertSame(first, live(table("web", "203.0.113.1", A, B)).get("web"));
    assertSame(second, live(table("web", "203.0.113.1", A, C)).get("web"));
    live(table("web", "203.0.113.1", B, C));
    assertNotSame(first, build(table("web", "203.0.113.1", A, B)).get("web"));
  }

  @Test
  void shouldKeepWhatIsLiveAndTheLastPlanWhateverIsPlanned() {
    ForwardingTable live = live(table("web", "203.0.113.1", A, B)).get("web");
    ForwardingTable plan = build(table("web", "203.0.113.1", A, C)).get("web");
    ForwardingTable last = build(table("web", "203.0.113.1", B, C)).get("web");
    assertSame(live, build(table("web", "203.0.113.1", A, B)).get("web"));
    assertSame(last, live(table("web", "203.0.113.1", B, C)).get("web"), "plan, then reload");
    assertNotSame(plan, build(table("web", "203.0.113.1", A, C)).get("web"));
  }

  @Test
  void shouldKeepNoRowsOfOneMoreBuildThanThereIsRoomFor() {
    TableBuilder narrow = new TableBuilder(0, 2 * 2 * 65_536); // one table of two hops
    String both = table("web", "203.0.113.1", A, B) + table("mail", "203.0.113.2", A, B, C);
    Map<String, ForwardingTable> live = build(narrow, DIRECTOR + both);
    narrow.wentLive();
    String one = both.replaceFirst(B, "10.0.1.4");
    ForwardingTable plan = build(narrow, DIRECTOR + one).get("web");
    assertSame(plan, build(narrow, DIRECTOR + one).get("web"));
    String two = both.replace(B, "10.0.1.4");
    ForwardingTable large = build(narrow, DIRECTOR + two).get("web");
    assertNotSame(large, build(narrow, DIRECTOR + two).get("web"));
    assertSame(live.get("mail"), build(narrow, DIRECTOR + both).get("mail"));
  }

  @Test
  void shouldGoOnFromWhatIsLiveAfterAReloadThatFailed() {
    ForwardingTable live = live(table("web", "203.0.113.1", A, B)).get("web");
    build(table("web", "203.0.113.1", A, C)); // and this never went live
    ForwardingTable same = live(table("web", "203.0.113.1", A, B)).get("web");
    assertSame(live, same);
    assertSame(live, live(table("web", "203.0.113.9", A, B)).get("web"));
  }

  @ParameterizedTest(name = "room for {0} orders")
  @ValueSource(ints = {0, 1, 100})
  void shouldBuildTheSameRowsFromKeptOrdersAsFromNothing(int orders) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    TableBuilder kept = new TableBuilder(orders * (1L << 20), random.nextInt(2) << 30);
    List<String> web = new ArrayList<>(addresses(1, 20));
    List<String> mail = new ArrayList<>(addresses(10, 40));
    for (int step = 0; step < 8; step++) {
      change(random.nextBoolean() ? web : mail, random);
      DirectorConfig config =
          config(
              DIRECTOR
                  + table("web", "203.0.113.1", web.toArray(String[]::new))
                  + "weight = %d\n".formatted(1 + random.nextInt(3))
                  + table("mail", "203.0.113.2", mail.toArray(String[]::new))
                      .replace("seed = ", "algorithm = \"balanced\"\nhops = 4\nseed = "));
      Pools pools = Pools.at(Instant.EPOCH, config, Overrides.NONE, Map.of());
      Map<String, TableVerdict> verdicts = verdicts(web.get(random.nextInt(web.size())));
      assertEquals(
          digests(new TableBuilder().build(config, pools, verdicts)),
          digests(kept.build(config, pools, verdicts)),
          "step " + step + ", seed " + seed);
      if (random.nextInt(3) > 0) {
        kept.wentLive();
      }
    }
  }

  private static List<String> addresses(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(i -> "10.0.1." + i).toList();
  }

  private static void change(List<String> pool, Random random) {
    pool.remove(random.nextInt(pool.size()));
    pool.add("10.0.2." + (1 + random.nextInt(250)));
    List<String> distinct = pool.stream().distinct().toList();
    pool.clear();
    pool.addAll(distinct);
  }

  private static Map<String, TableVerdict> verdicts(String down) {
    return Map.of("web", new TableVerdict(Map.of(IpAddress.parse(down), Health.DOWN), false));
  }

  private static Map<String, String> digests(Map<String, ForwardingTable> rows) {
    Map<String, String> digests = new TreeMap<>();
    rows.forEach((name, table) -> digests.put(name, table.digest()));
    return digests;
  }

  private Map<String, ForwardingTable> live(String... tables) {
    Map<String, ForwardingTable> rows = build(tables);
    builder.wentLive();
    return rows;
  }
}
