package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Needs root: makes a network namespace. */
final class InterfacesTest {
  @Test
  void shouldNameThoseThereAreWhenOneIsMissing() throws Exception {
    try (ScratchNetns scratch = ScratchNetns.create("os-if");
        NetworkNamespace namespace = scratch.open()) {
      scratch.ip("link add eth0 index 4711 type veth peer name eth1 index 4712");
      assertEquals(4711, namespace.call(() -> Interfaces.index("eth0")));
      assertEquals(1, namespace.call(() -> Interfaces.index("lo")));
      OsException e =
          assertThrows(OsException.class, () -> namespace.call(() -> Interfaces.index("eth9")));
      assertEquals("no such interface: eth9; there are: lo, eth0, eth1", e.getMessage());
      assertEquals("ENODEV", e.errnoName());
    }
  }
}
