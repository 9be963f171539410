package io.lbdirector.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.NetLayout.SpanList;
import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.forwarding.SipKey;
import io.lbdirector.forwarding.WideBinds;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WideLayoutTest {
  private static final int IPV6_BITS = 65_536; // behind as many of IPv4

  private static Prefix prefix(String address, int length) {
    return new Prefix(IpAddress.parse(address), length);
  }

  @Test
  void shouldReadBackWideBinds() {
    Target target =
        new Target(
            SipKey.parseHex("000102030405060708090a0b0c0d0e0f"),
            Set.of(HashField.SRC_ADDR),
            Set.of(HashField.DST_PORT),
            8192,
            131_072,
            true,
            0);
    for (Bind bind :
        List.of(
            new Bind(prefix("0.0.0.0", 0), Optional.empty(), PortRange.ANY),
            new Bind(prefix("203.0.113.10", 32), Optional.of(Protocol.UDP), new PortRange(80, 81)),
            new Bind(prefix("2001:db8::1", 128), Optional.of(Protocol.TCP), PortRange.ANY),
            new Bind(prefix("2001:db8::", 32), Optional.empty(), PortRange.single(40_000)))) {
      byte[] bytes = WideBindLayout.encode(bind, target);
      assertEquals(bind, WideBindLayout.decodeBind(bytes));
      assertEquals(target, WideBindLayout.decodeTarget(bytes));
    }
  }

  @Test
  void shouldKeepTheSlotsOfTwoGenerationsApart() {
    assertEquals(1, WideBindLayout.firstOf(0));
    assertEquals(1 + Abi.MAX_BINDS, WideBindLayout.firstOf(1));
    assertEquals(Abi.WIDE_SLOTS, WideBindLayout.firstOf(1) + Abi.MAX_BINDS);
    assertEquals(WideBinds.MAX_SPANS, SpanLayout.firstOf(1));
    assertEquals(Abi.SPAN_SLOTS, SpanLayout.firstOf(1) + Abi.MAX_SPANS);
  }

  @Test
  void shouldPutNetsInHostOrderAndAddressesAsOnTheWire() {
    assertEquals(
        "0f000000c6120000",
        HexFormat.of().formatHex(NetLayout.encodeKey(prefix("198.18.0.0", 15))));
    assertEquals(
        "0100000002000000030000000400000005000000" + "00000000",
        HexFormat.of().formatHex(NetLayout.encode(new SpanList(1, 2), new SpanList(3, 4), 5)));
  }

  private static BitSet bits(Prefix... prefixes) {
    return BitSet.valueOf(WideBitsLayout.encode(List.of(prefixes)));
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.10, 32, 0xcb00, 1",
    "203.0.0.0, 16, 0xcb00, 1",
    "198.18.0.0, 15, 0xc612, 2",
    "10.0.0.0, 8, 0x0a00, 256",
    "0.0.0.0, 0, 0, 65536",
  })
  void shouldSetTheFirst16BitsOfIpv4(String address, int length, String first, int count) {
    BitSet expected = new BitSet();
    expected.set(Integer.decode(first), Integer.decode(first) + count);
    assertEquals(expected, bits(prefix(address, length)));
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8::1, 128, 0x2db9, 1", // 0x2001 ^ 0x0db8
    "2001:db8:113::, 48, 0x2caa, 1", // ^ 0x0113
    "2001:db8:10::, 44, 0x2da0, 16",
    "2001:db8::, 33, 0x0000, 32768",
    "2001:db8::, 32, 0, 65536",
    "::, 0, 0, 65536",
  })
  void shouldSetTheFolded48BitsOfIpv6(String address, int length, String first, int count) {
    BitSet expected = new BitSet();
    expected.set(IPV6_BITS + Integer.decode(first), IPV6_BITS + Integer.decode(first) + count);
    assertEquals(expected, bits(prefix(address, length)));
  }

  @Test
  void shouldSetTheBitsOfAllPrefixesAndNoOthers() {
    assertEquals(new BitSet(), bits());
    BitSet both = bits(prefix("10.1.0.0", 16));
    both.or(bits(prefix("2001:db8::1", 128)));
    assertEquals(both, bits(prefix("10.1.0.0", 16), prefix("2001:db8::1", 128)));
  }
}
