package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.config;
import static io.lbdirector.director.ConfigText.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.director.Overrides.Key;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class PoolsTest {
  private static final String A = "10.0.1.1";
  private static final String B = "10.0.1.2";
  private static final Key KEY = new Key("web", IpAddress.parse(B));
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
  private static final String WEB = DIRECTOR + table("web", "203.0.113.10", A, B);
  private static final String FILLING = WEB + "state = \"filling\"\n";

  private static final Optional<Duration> AT_ONCE = Optional.empty();
  private static final Optional<Duration> SLOWLY = Optional.of(Duration.ofSeconds(200));
  private static final OptionalInt NO_SHARE = OptionalInt.empty();

  private static String slow(String toml) {
    return toml.replace("name = \"web\"\n", "name = \"web\"\nslow_start = \"100s\"\n");
  }

  private static Pools at(int seconds, String toml, Overrides overrides, Map<Key, Instant> before) {
    return Pools.at(START.plusSeconds(seconds), config(toml), overrides, before);
  }

  private static Overrides set(BackendState state, OptionalInt share, Optional<Duration> over) {
    return Overrides.NONE.with(KEY, new Overrides.Entry(state, share, over, START, "me"));
  }

  /** State and share of B, some seconds after START, when it began to fill if the file says so. */
  private static String b(int seconds, String toml, Overrides overrides) {
    Pools pools = at(seconds, toml, overrides, Map.of(KEY, START));
    Backend backend = pools.of(KEY).orElseThrow();
    String share =
        backend.sharePercent().isPresent() ? " " + backend.sharePercent().getAsInt() : "";
    return backend.state() + share + (pools.moving() ? " moving" : "");
  }

  private static String file(int seconds, String toml) {
    return b(seconds, toml, Overrides.NONE);
  }

  @Test
  void shouldFillAllRowsWithoutShareOrSlowStart() {
    assertEquals("FILLING", file(0, FILLING));
    assertEquals("FILLING", b(0, WEB, set(BackendState.FILLING, NO_SHARE, AT_ONCE)));
  }

  @Test
  void shouldGrowFromOneToAllOverTheSlowStart() {
    String toml = slow(FILLING);
    assertEquals("FILLING 1 moving", file(0, toml));
    assertEquals("FILLING 1 moving", file(1, toml));
    assertEquals("FILLING 2 moving", file(2, toml));
    assertEquals("FILLING 50 moving", file(50, toml));
    assertEquals("FILLING 99 moving", file(99, toml));
    assertEquals("FILLING", file(100, toml));
    assertEquals("FILLING", file(100_000, toml));
    assertEquals("FILLING 1 moving", file(-5, toml), "a clock that was set back");
  }

  @Test
  void shouldRememberWhoFillsSinceWhen() {
    Pools first = at(0, slow(FILLING), Overrides.NONE, Map.of());
    assertEquals(Map.of(KEY, START), first.filling());
    assertEquals(first.filling(), at(50, slow(FILLING), Overrides.NONE, first.filling()).filling());
    assertEquals(Map.of(), at(50, slow(WEB), Overrides.NONE, first.filling()).filling());
    assertEquals(Map.of(), at(50, FILLING, Overrides.NONE, first.filling()).filling());
    Overrides drained = set(BackendState.DRAINING, NO_SHARE, AT_ONCE);
    assertEquals(Map.of(), at(50, slow(FILLING), drained, first.filling()).filling());
  }

  @Test
  void shouldKeepToAShareOfTheFile() {
    String toml = slow(FILLING + "share = \"35%\"\n");
    assertEquals("FILLING 35", file(0, toml));
    assertEquals("FILLING 35", file(1000, toml));
    assertEquals(Map.of(), at(0, toml, Overrides.NONE, Map.of()).filling());
  }

  @Test
  void shouldPutWhatWasSetByHandInPlaceOfTheFile() {
    String toml = slow(FILLING + "share = \"35%\"\n");
    assertEquals("ACTIVE", b(0, toml, set(BackendState.ACTIVE, NO_SHARE, AT_ONCE)));
    assertEquals("DRAINING", b(0, toml, set(BackendState.DRAINING, NO_SHARE, AT_ONCE)));
    assertEquals("INACTIVE", b(0, toml, set(BackendState.INACTIVE, NO_SHARE, AT_ONCE)));
    Overrides kept = set(BackendState.FILLING, OptionalInt.of(70), AT_ONCE);
    assertEquals("FILLING 70", b(1000, toml, kept));
    assertEquals("FILLING 70", b(1000, slow(WEB), kept));
    Overrides filling = set(BackendState.FILLING, NO_SHARE, AT_ONCE);
    assertEquals("FILLING 50 moving", b(50, slow(WEB), filling), "the table's slow start");
    assertEquals(
        "FILLING 25 moving", b(50, slow(WEB), set(BackendState.FILLING, NO_SHARE, SLOWLY)));
    Overrides from60 = set(BackendState.FILLING, OptionalInt.of(60), SLOWLY);
    assertEquals("FILLING 60 moving", b(0, WEB, from60));
    assertEquals("FILLING 80 moving", b(100, WEB, from60));
    assertEquals("FILLING", b(200, WEB, from60));
  }

  @Test
  void shouldDrainStepByStep() {
    Overrides slowly = set(BackendState.DRAINING, NO_SHARE, SLOWLY);
    assertEquals("FILLING 99 moving", b(0, WEB, slowly));
    assertEquals("FILLING 75 moving", b(50, WEB, slowly));
    assertEquals("FILLING 1 moving", b(199, WEB, slowly));
    assertEquals("DRAINING", b(200, WEB, slowly));
    Overrides from40 = set(BackendState.DRAINING, OptionalInt.of(40), SLOWLY);
    assertEquals("FILLING 20 moving", b(100, WEB, from40));
  }

  @Test
  void shouldLeaveTheOthersAlone() {
    DirectorConfig.Table web = config(WEB).tables().get(0);
    Pools pools = at(50, WEB, set(BackendState.DRAINING, NO_SHARE, SLOWLY), Map.of());
    assertEquals(web.pool().get(0), pools.of(web).get(0));
    assertTrue(pools.moving());
    assertFalse(at(50, WEB, Overrides.NONE, Map.of()).moving());
    assertEquals(Optional.empty(), pools.of(new Key("mail", IpAddress.parse(B))));
    assertEquals(Optional.empty(), pools.of(new Key("web", IpAddress.parse("10.0.1.9"))));
  }
}
