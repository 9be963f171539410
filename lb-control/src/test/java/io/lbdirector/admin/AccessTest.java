package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccessTest {
  @Test
  void shouldLetRootAndTheDaemonsUserChangeThings() {
    Access access = Access.of(990);
    assertEquals(Optional.empty(), access.refusal(new Peer(0, 1)));
    assertEquals(Optional.empty(), access.refusal(new Peer(990, 1)));
    String refusal = access.refusal(new Peer(1000, 1)).orElseThrow();
    assertTrue(refusal.contains("uid 1000") && refusal.contains("uid 990"), refusal);
  }
}
