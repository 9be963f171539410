package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.director.DirectorControl.TableChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a change of config does to the rows, and what is said of it. */
final class ChangeReportsTest {
  private static final String BREAK = ": connections there break";

  private static Candidate candidate(String toml) {
    DirectorConfig config = config(DIRECTOR + toml);
    Pools pools = Pools.at(Instant.EPOCH, config, Overrides.NONE, Map.of());
    return Candidate.of(
        ConfigText.source(toml),
        config,
        Overrides.NONE,
        pools,
        Map.of(),
        new TableBuilder().build(config, pools, Map.of()));
  }

  /** Table web with backends 10.0.1.1 and so on; each is given as the keys that it has. */
  private static String web(String algorithm, int hops, String... backends) {
    StringBuilder text = new StringBuilder(ConfigText.table("web", "203.0.113.10"));
    for (int i = 0; i < backends.length; i++) {
      String ip = "10.0.%d.%d".formatted(1 + i / 250, 1 + i % 250);
      text.append("[[table.backend]]\nip = \"%s\"\n%s\n".formatted(ip, backends[i]));
    }
    String keys = "name = \"web\"\nalgorithm = \"%s\"\nhops = %d".formatted(algorithm, hops);
    String limit = algorithm.equals("balanced") ? "\nbalance_limit = \"0.1%\"" : "";
    return text.toString().replace("name = \"web\"", keys + limit);
  }

  private static String[] plain(int backends) {
    String[] all = new String[backends];
    Arrays.fill(all, "");
    return all;
  }

  private static ChangeReports changes(String before, String after) {
    return ChangeReports.of(candidate(before), candidate(after), new TrafficShares(Map.of()));
  }

  /** What is said beside that rows are lost, which comes first. */
  private static List<String> advice(String before, String after) {
    ChangeReports changes = changes(before, after);
    RowMoves moves = changes.moves();
    assertTrue(moves.lost() > moves.orphaned(), moves.toString());
    assertEquals(
        "table \"web\": second chance does not reach the old backend in %d of %d rows that move"
                .formatted(moves.lost(), moves.moved())
            + BREAK,
        changes.warnings().get(0));
    return changes.warnings().subList(1, changes.warnings().size());
  }

  @Test
  void shouldTellOfEachTableAndOfAllHowManyRowsMustMove() {
    ChangeReports changes = changes(web("balanced", 3, plain(4)), web("balanced", 3, plain(5)));
    TableChange web = changes.tables().get(0);
    assertEquals(changes.moves().moved(), web.rowsMoved());
    assertEquals(changes.moves().minimum(), web.rowsMinimum());
    assertTrue(web.rowsMinimum() > 0 && web.rowsMinimum() <= web.rowsMoved(), web.toString());
    assertEquals(0, web.rowsLost());
    assertEquals(List.of(), changes.warnings());
  }

  @ParameterizedTest
  @CsvSource({
    "rendezvous, 2, 1",
    "rendezvous, 4, 3",
    "balanced,   3, 1",
    "balanced,   4, 2",
  })
  void shouldLoseNothingAndSayNothingWithinTheReachOfHops(String algorithm, int hops, int added) {
    ChangeReports changes =
        changes(web(algorithm, hops, plain(8)), web(algorithm, hops, plain(8 + added)));
    assertTrue(changes.moves().moved() > 0, changes.moves().toString());
    assertEquals(0, changes.moves().lost());
    assertEquals(List.of(), changes.warnings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rendezvous | 2 | 2 | with hops = 2 at most 1 at once can be added without a loss, not 2:"
            + " do it in steps of 1 and let connections end in between, or set hops = 3",
        "rendezvous | 2 | 9 | with hops = 2 at most 1 at once can be added without a loss, not 9:"
            + " set hops = 4 and do it in steps of 3 and let connections end in between",
        "rendezvous | 1 | 1 | with hops = 1 no backend can be added without a loss, not 1:"
            + " set hops = 2",
        "rendezvous | 4 | 9 | with hops = 4 at most 3 at once can be added without a loss, not 9:"
            + " do it in steps of 3 and let connections end in between",
        "balanced | 2 | 4 | with hops = 2 no backend can be added without a loss, not 4:"
            + " set hops = 4 and do it in steps of 2 and let connections end in between",
        "balanced | 3 | 2 | with hops = 3 at most 1 at once can be added without a loss, not 2:"
            + " do it in steps of 1 and let connections end in between, or set hops = 4",
      })
  void shouldSayHowToAddBackendsWithoutALoss(
      String algorithm, int hops, int added, String sentence) {
    assertEquals(
        List.of("table \"web\": " + sentence),
        advice(web(algorithm, hops, plain(8)), web(algorithm, hops, plain(8 + added))));
  }

  @Test
  void shouldWarnAsThePageShows() throws IOException {
    String page = Files.readString(Path.of("../docs/lbctl.md"));
    for (String warning :
        changes(web("rendezvous", 2, plain(8)), web("rendezvous", 2, plain(10))).warnings()) {
      assertTrue(page.contains("\nwarning: " + warning + "\n"), warning);
    }
  }

  /** Weights of 10.0.1.1 and so on. */
  private static String weighted(int hops, int... weights) {
    return web(
        "balanced",
        hops,
        IntStream.of(weights).mapToObj(weight -> "weight = " + weight).toArray(String[]::new));
  }

  @Test
  void shouldSayThatALoweredWeightIsBoundByNoHops() {
    int[] before = {9, 9, 9, 9, 9, 9, 9, 9};
    int[] after = {9, 1, 1, 9, 9, 9, 9, 9};
    String sentence =
        "table \"web\": the weight of %s is lowered, which no number of hops makes up for: drain it first";
    assertEquals(
        List.of(sentence.formatted("10.0.1.2 and 1 more")),
        advice(weighted(4, before), weighted(4, after)));
    after[2] = 9;
    assertEquals(
        List.of(sentence.formatted("10.0.1.2")), advice(weighted(4, before), weighted(4, after)));
  }

  @Test
  void shouldCountBackendsThatGainWeightAsThoseThatAreAdded() {
    int[] before = {1, 1, 1, 1, 1, 1, 1, 1};
    assertEquals(
        List.of(
            "table \"web\": with hops = 3 at most 1 at once can be added or gain weight without a"
                + " loss, not 3: set hops = 4 and do it in steps of 2 and let connections end in"
                + " between"),
        advice(weighted(3, before), weighted(3, 9, 9, 1, 1, 1, 1, 1, 1, 9)));
    ChangeReports one = changes(weighted(3, before), weighted(3, 9, 1, 1, 1, 1, 1, 1, 1));
    assertTrue(one.moves().moved() > 0, one.moves().toString());
    assertEquals(List.of(), one.warnings());
  }

  /** It is not what is added that takes the rows. */
  @Test
  void shouldGiveNoAdviceWhereRowsAreLostAnyhow() {
    String before = web("rendezvous", 4, plain(6));
    ChangeReports gone = changes(before, web("rendezvous", 4, "", "", "state = \"inactive\""));
    assertTrue(gone.moves().lost() > 0, gone.moves().toString());
    assertEquals(gone.moves().lost(), gone.moves().orphaned());
    assertEquals(1, gone.warnings().size(), gone.warnings().toString());
    String reseeded = web("rendezvous", 2, plain(12)).replace("seed = \"3456", "seed = \"6543");
    assertEquals(List.of(), advice(web("rendezvous", 2, plain(6)), reseeded));
  }

  private static String ipip(String... backends) {
    return web("rendezvous", 1, backends).replace("hops = 1", "encapsulation = \"ipip\"");
  }

  /** Raising hops, or steps, would not help. */
  @Test
  void shouldSayThatIpipHasNoSecondChance() {
    ChangeReports changes = changes(ipip(plain(4)), ipip(plain(5)));
    assertEquals(changes.moves().moved(), changes.moves().lost());
    assertEquals("ipip", changes.tables().get(0).encapsulation());
    assertEquals(
        List.of(
            "table \"web\": with encapsulation = \"ipip\" there is no second chance: connections of the "
                + changes.moves().lost()
                + " rows that move break"),
        changes.warnings());
  }

  @Test
  void shouldTellThatATableIsWrappedAnewThoughNoRowMoves() {
    String gue = web("rendezvous", 2, plain(3));
    ChangeReports there = changes(gue, ipip(plain(3)));
    assertEquals(0, there.moves().moved());
    assertEquals("gue to ipip", there.tables().get(0).encapsulation());
    assertEquals(
        List.of(
            "table \"web\": its packets come in ipip, for which every backend needs a tunnel of its"
                + " kernel; there is no second chance, and connections that live by it break"),
        there.warnings());
    ChangeReports back = changes(ipip(plain(3)), gue);
    assertEquals("ipip to gue", back.tables().get(0).encapsulation());
    assertEquals(
        List.of(
            "table \"web\": its packets come in GUE, for which every backend needs the backend"
                + " program"),
        back.warnings());
    assertEquals(List.of(), changes(gue, gue).tables());
  }

  @Test
  void shouldSayWhatTheBalanceLimitCameTo() {
    Candidate candidate = candidate(web("balanced", 2, plain(1000)));
    double came =
        RowShares.raisedLimit(candidate.pools().byTable().get("web"), candidate.rows().get("web"))
            .orElseThrow();
    assertTrue(came > 0.1 && came < 5, "came to " + came);
    assertEquals(
        List.of("table \"web\": no rows keep to balance_limit = 0.1%, it came to " + came + "%"),
        candidate.warnings());
    assertEquals(List.of(), candidate(web("balanced", 2, plain(50))).warnings());
    assertEquals(List.of(), candidate(web("rendezvous", 2, plain(50))).warnings());
  }
}
