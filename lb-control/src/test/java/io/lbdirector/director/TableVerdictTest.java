package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.health.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TableVerdictTest {

  /** One backend a letter: u(p), d(own), ? (unknown); x: down, and inactive. */
  private static TableVerdict verdict(String found, int maxDownPercent) {
    List<Backend> pool = new ArrayList<>();
    for (int i = 0; i < found.length(); i++) {
      Backend backend = Backend.active(address(i));
      pool.add(found.charAt(i) == 'x' ? backend.withState(BackendState.INACTIVE) : backend);
    }
    return TableVerdict.of(
        pool,
        backend ->
            switch (found.charAt(pool.indexOf(backend))) {
              case 'u' -> Health.UP;
              case '?' -> Health.UNKNOWN;
              default -> Health.DOWN;
            },
        maxDownPercent);
  }

  private static IpAddress address(int place) {
    return IpAddress.parse("10.0.1." + (place + 1));
  }

  @ParameterizedTest
  @CsvSource({
    "uuuu, 50, false",
    "????, 50, false",
    "dduu, 50, false",
    "dddu, 50, true",
    "dd??, 50, false",
    "dddd, 100, false",
    "d, 99, true",
    "uuud, 0, true",
    "uuuu, 0, false",
    "uuxx, 50, false",
    "udxx, 49, true",
    "xxxx, 0, false",
  })
  void shouldPanicAboveTheShareOfThoseThatAreNotInactive(String found, int max, boolean panic) {
    assertEquals(panic, verdict(found, max).panic());
  }

  @Test
  void shouldKeepThoseThatAreDownFromLeading() {
    TableVerdict verdict = verdict("ud?", 50);
    assertEquals(Set.of(address(1)), verdict.unfit());
    assertEquals(Health.UNKNOWN, verdict.of(address(2)));
    assertEquals(Health.UNKNOWN, verdict.of(address(9)));
  }

  @Test
  void shouldCountAllAsUpInAPanic() {
    TableVerdict verdict = verdict("ddu", 50);
    assertEquals(Set.of(), verdict.unfit());
    assertEquals(Set.of(address(0), address(1)), verdict.down());
    assertTrue(verdict.panic());
    assertFalse(TableVerdict.UNCHECKED.panic());
  }
}
