package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.config;
import static io.lbdirector.director.ConfigText.table;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.ForwardingTable;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class TablesAheadTest {
  private static final String BEFORE =
      DIRECTOR
          + table("web", "203.0.113.1", "10.0.1.1", "10.0.1.2")
          + table("mail", "203.0.113.2", "10.0.1.1", "10.0.1.3");

  private final DirectorConfig config = config(BEFORE);

  private Map<String, ForwardingTable> build(TableBuilder builder, Pools pools) {
    return builder.build(config, pools, Map.of());
  }

  private Pools pools(Overrides overrides) {
    return Pools.at(Instant.EPOCH, config, overrides, Map.of());
  }

  @Test
  void shouldHaveTheRowsOfTheFile() {
    assertSameRows(Overrides.NONE);
  }

  @Test
  void shouldBuildAgainWhatIsSetByHand() {
    Overrides.Entry draining =
        new Overrides.Entry(
            BackendState.DRAINING, OptionalInt.empty(), Optional.empty(), Instant.EPOCH, "me");
    Overrides.Key key = new Overrides.Key("web", config.tables().get(0).pool().get(0).address());
    assertSameRows(Overrides.NONE.with(key, draining));
  }

  private void assertSameRows(Overrides overrides) {
    TableBuilder ahead = TablesAhead.of(config).join();
    Map<String, ForwardingTable> expected = build(new TableBuilder(), pools(overrides));
    Map<String, ForwardingTable> rows = build(ahead, pools(overrides));
    assertEquals(digests(expected), digests(rows));
  }

  private static Map<String, Object> digests(Map<String, ForwardingTable> tables) {
    return Map.of("web", tables.get("web").digest(), "mail", tables.get("mail").digest());
  }
}
