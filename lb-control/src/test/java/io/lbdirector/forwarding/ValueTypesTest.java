package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small values of the model: ports, MAC addresses, binds, backends. */
class ValueTypesTest {
  private static final IpAddress ADDRESS = IpAddress.parse("10.0.1.11");

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 65536", "2, 1", "-1, -1"})
  void shouldRefuseRangesThatAreNone(int first, int last) {
    assertThrows(IllegalArgumentException.class, () -> new PortRange(first, last));
  }

  @Test
  void shouldCountPorts() {
    assertEquals(65_535, PortRange.ANY.size());
    assertEquals(1, PortRange.single(80).size());
    assertEquals("8000-8099", new PortRange(8000, 8099).toString());
    assertEquals("80", PortRange.single(80).toString());
  }

  @Test
  void shouldReadAndWriteMacAddresses() {
    MacAddress mac = MacAddress.tryParse("02:00:5E:10:00:ff").orElseThrow();
    assertEquals("02:00:5e:10:00:ff", mac.toString());
    assertEquals(mac, MacAddress.of(mac.toBytes()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "02:00:5e:10:00",
        "02:00:5e:10:00:01:02",
        "2:0:5e:10:0:1",
        "02-00-5e-10-00-01",
        "0200.5e10.0001",
        "02:00:5e:10:00:0g",
        " 02:00:5e:10:00:01"
      })
  void shouldRefuseOtherFormsOfMacAddresses(String text) {
    assertEquals(Optional.empty(), MacAddress.tryParse(text));
  }

  @Test
  void shouldWriteBindsAsOperatorsDo() {
    Prefix v4 = Prefix.host(IpAddress.parse("203.0.113.10"));
    Prefix v6 = new Prefix(IpAddress.parse("2001:db8::"), 64);
    assertEquals(
        "tcp 203.0.113.10:443",
        new Bind(v4, Optional.of(Protocol.TCP), PortRange.single(443)).toString());
    assertEquals(
        "any [2001:db8::/64]:any", new Bind(v6, Optional.empty(), PortRange.ANY).toString());
    assertEquals(
        "udp 203.0.113.10:7000-7009",
        new Bind(v4, Optional.of(Protocol.UDP), new PortRange(7000, 7009)).toString());
  }

  @Test
  void shouldHoldBackendsToTheirRanges() {
    OptionalInt none = OptionalInt.empty();
    assertThrows(
        IllegalArgumentException.class, () -> new Backend(ADDRESS, BackendState.ACTIVE, none, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Backend(ADDRESS, BackendState.ACTIVE, none, 65_536));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Backend(ADDRESS, BackendState.ACTIVE, OptionalInt.of(35), 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Backend(ADDRESS, BackendState.FILLING, OptionalInt.of(100), 1));
    assertEquals(
        new Backend(ADDRESS, BackendState.DRAINING, none, 1),
        new Backend(ADDRESS, BackendState.FILLING, OptionalInt.of(35), 1)
            .withState(BackendState.DRAINING),
        "a share belongs to filling only");
  }
}
