package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lbdirector.os.Ethtool.Channels;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Needs root: interfaces in a namespace, seen by us and by the tool of that name. */
final class EthtoolTest {
  private ScratchNetns scratch;
  private Ethtool ethtool;

  @BeforeEach
  void lay() throws Exception {
    scratch = ScratchNetns.create("os-eth");
    scratch.ip(
        "link add eth0 index 10 numrxqueues 4 numtxqueues 3 type veth"
            + " peer name eth1 index 11 numrxqueues 2 numtxqueues 4");
    scratch.ip("link add br0 index 12 type bridge");
    ethtool = scratch.opened(Ethtool::open);
  }

  @AfterEach
  void remove() {
    scratch.close();
  }

  @Test
  void shouldNameTheDriver() {
    assertEquals(Optional.of("veth"), ethtool.driver("eth0"));
    assertEquals(Optional.of("bridge"), ethtool.driver("br0"));
    assertEquals(Optional.empty(), ethtool.driver("lo"));
  }

  @Test
  void shouldCountQueues() {
    scratch.exec("ethtool", "-L", "eth0", "rx", "2", "tx", "3");
    assertEquals(Optional.of(new Channels(2, 3, 4, 3)), ethtool.channels("eth0"));
    assertEquals(Optional.empty(), ethtool.channels("br0"));
  }

  @Test
  void shouldReadOffloadsAsTheToolDoes() {
    for (String state : new String[] {"on", "off"}) {
      scratch.exec("ethtool", "-K", "eth0", "gro", state, "tx", state);
      Map<String, Boolean> features = ethtool.features("eth0");
      assertEquals(state.equals("on"), features.get("rx-gro"));
      Map<String, Boolean> shown = shown("eth0");
      shown.forEach((name, on) -> assertEquals(on, features.get(name), name));
      assertEquals(false, shown.get("rx-gro-hw"), shown.toString());
    }
  }

  /** What {@code ethtool -k} shows, but for the groups, which it has names of its own for. */
  private Map<String, Boolean> shown(String interfaceName) {
    Map<String, Boolean> shown = new TreeMap<>();
    for (String line : scratch.exec("ethtool", "-k", interfaceName).split("\n")) {
      String[] field = line.strip().split(": ");
      if (field[0].matches("(rx|tx)-(?!checksumming|vlan-offload).*") && field.length > 1) {
        shown.put(field[0], field[1].startsWith("on"));
      }
    }
    return shown;
  }

  @Test
  void shouldNotKnowWhatADriverDoesNotTell() {
    assertEquals(Optional.empty(), ethtool.hashesUdpPorts("eth0", IpFamily.V4));
  }

  @Test
  void shouldSayThatAnInterfaceIsMissing() {
    assertThrows(OsException.class, () -> ethtool.driver("eth9"));
    assertThrows(OsException.class, () -> ethtool.driver("a-name-of-16-byte"));
  }

  @Test
  void shouldTellWhoHasNativeXdp() throws Exception {
    assertEquals(Optional.of(true), isNative(10));
    assertEquals(Optional.of(false), isNative(11)); // its peer sends with more queues than it reads
    assertEquals(Optional.of(false), isNative(12));
    assertEquals(Optional.of(false), isNative(1));
    OsException e = assertThrows(OsException.class, () -> isNative(4711));
    assertEquals("ENODEV", e.errnoName());
  }

  private Optional<Boolean> isNative(int ifindex) throws Exception {
    try (NetworkNamespace namespace = scratch.open()) {
      return namespace.call(() -> XdpSupport.isNative(ifindex));
    }
  }
}
