package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WideBindsTest {
  private static final Optional<Protocol> ANY = Optional.empty();
  private static final Optional<Protocol> TCP = Optional.of(Protocol.TCP);
  private static final Optional<Protocol> UDP = Optional.of(Protocol.UDP);

  private static Bind bind(String prefix, int length, Optional<Protocol> protocol, int... ports) {
    PortRange range = new PortRange(ports[0], ports[ports.length - 1]);
    return new Bind(new Prefix(IpAddress.parse(prefix), length), protocol, range);
  }

  /** The way of a packet: exact entry, longest prefix, last span that begins at or below it. */
  private static Optional<Integer> lookUp(List<Bind> binds, Vip packet) {
    Integer exact = VipTable.of(binds).entries().get(packet);
    if (exact != null) {
      return Optional.of(exact);
    }
    WideBinds wide = WideBinds.of(binds);
    return wide.nets().keySet().stream()
        .filter(prefix -> prefix.contains(packet.address()))
        .max((a, b) -> Integer.compare(a.length(), b.length()))
        .map(prefix -> lookUp(wide.nets().get(prefix), packet))
        .filter(bind -> bind != PortSpans.NO_BIND);
  }

  private static int lookUp(WideBinds.Net net, Vip packet) {
    if (packet.isEcho()) {
      return net.echo();
    }
    PortSpans list = packet.protocolNumber() == Protocol.TCP.number() ? net.tcp() : net.udp();
    int found = PortSpans.NO_BIND;
    for (int span = 0; span < list.size() && list.port(span) <= packet.port(); span++) {
      found = list.bind(span);
    }
    return found;
  }

  private static void assertDecidesAsThePrecedence(List<Bind> binds, Vip packet, long seed) {
    assertEquals(
        BindPrecedence.bindOf(binds, packet),
        lookUp(binds, packet),
        () -> packet + " among " + binds + ", seed " + seed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"203.0.0.0", "2001:db8::"})
  void shouldDecideEveryPacketAsThePrecedenceSays(String network) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    IpAddress base = IpAddress.parse(network);
    int bits = 8 * base.length();
    Prefix all = new Prefix(base, bits - 16);
    RandomBinds source =
        new RandomBinds(random, all, bits, bits - 4, bits - 8, bits - 12, bits - 16);
    int matched = 0;
    for (int set = 0; set < 300; set++) {
      List<Bind> binds = source.next(1 + random.nextInt(24));
      for (int i = 0; i < 100; i++) {
        Vip packet = source.packet();
        assertDecidesAsThePrecedence(binds, packet, seed);
        matched += BindPrecedence.bindOf(binds, packet).isPresent() ? 1 : 0;
      }
    }
    assertTrue(matched > 3000 && matched < 29_000, matched + " matched, seed " + seed);
  }

  @Test
  void shouldHideNothingThatALongerPrefixDoesNotMatch() {
    List<Bind> binds =
        List.of(
            bind("10.0.0.0", 8, TCP, 1, 65_535),
            bind("10.1.0.0", 16, UDP, 53),
            bind("10.1.1.0", 24, TCP, 80, 89),
            bind("10.1.1.1", 32, ANY, 80, 84));
    WideBinds wide = WideBinds.of(binds);
    assertEquals(Optional.of(0), lookUp(binds, packet("10.1.1.1", Protocol.TCP, 79)));
    assertEquals(Optional.of(3), lookUp(binds, packet("10.1.1.1", Protocol.TCP, 80)));
    assertEquals(Optional.of(2), lookUp(binds, packet("10.1.1.1", Protocol.TCP, 85)));
    assertEquals(Optional.of(0), lookUp(binds, packet("10.1.1.1", Protocol.TCP, 90)));
    assertEquals(Optional.of(1), lookUp(binds, packet("10.1.1.1", Protocol.UDP, 53)));
    assertEquals(Optional.of(3), lookUp(binds, packet("10.1.1.1", Protocol.UDP, 84)));
    assertEquals(Optional.empty(), lookUp(binds, packet("10.1.1.1", Protocol.UDP, 85)));
    assertSame(
        wide.nets().get(binds.get(0).prefix()).tcp(), wide.nets().get(binds.get(1).prefix()).tcp());
  }

  private static Vip packet(String address, Protocol protocol, int port) {
    return new Vip(IpAddress.parse(address), protocol.number(), port);
  }

  @Test
  void shouldLeaveExactBindsOut() {
    WideBinds wide = WideBinds.of(List.of(bind("10.0.0.1", 32, TCP, 80)));
    assertTrue(wide.nets().isEmpty());
    assertEquals(0, wide.spanCount());
  }

  @Test
  void shouldTakeTheMostBindsWhereNoPrefixIsInAnother() {
    List<Bind> hosts = new ArrayList<>();
    List<Bind> ranges = new ArrayList<>();
    Prefix network = new Prefix(IpAddress.parse("10.0.0.0"), 16);
    for (int i = 0; i < 65_536; i++) {
      hosts.add(new Bind(Prefix.host(network.addressAt(i)), TCP, new PortRange(8000, 8099)));
      Optional<Protocol> protocol = i == 0 ? TCP : ANY;
      ranges.add(new Bind(network, protocol, new PortRange(i == 0 ? 1 : i, i == 0 ? 9999 : i)));
    }
    assertEquals(3 * 65_536, WideBinds.of(hosts).spanCount());
    assertTrue(WideBinds.of(ranges).spanCount() <= 4 * 65_536);
  }

  /** The worst for each bind: ranges of both protocols with gaps, and one that tells them apart. */
  @Test
  void shouldNeedAtMostFourSpansForABind() {
    for (int any = 0; any < 50; any++) {
      List<Bind> binds = new ArrayList<>(List.of(bind("10.0.0.0", 8, UDP, 60_000, 60_001)));
      IntStream.range(0, any)
          .forEach(i -> binds.add(bind("10.0.0.0", 8, ANY, 10 * i + 1, 10 * i + 2)));
      int spans = WideBinds.of(binds).spanCount();
      assertTrue(spans <= 4 * binds.size(), spans + " spans of " + binds.size() + " binds");
    }
  }

  @Test
  void shouldRefuseTooManySpansAndNameTheBindThatWasTooMuch() {
    List<Bind> binds = new ArrayList<>();
    IntStream.range(0, 10_000)
        .forEach(i -> binds.add(bind("10.0.0.0", 8, TCP, 4 * i + 1, 4 * i + 2)));
    Prefix inner = new Prefix(IpAddress.parse("10.1.0.0"), 16);
    for (int i = 0; i < 20; i++) {
      binds.add(new Bind(Prefix.host(inner.addressAt(i)), TCP, new PortRange(50_000, 50_009)));
    }
    WideBinds.TooManySpansException refused =
        assertThrows(WideBinds.TooManySpansException.class, () -> WideBinds.of(binds));
    assertEquals(10_012, refused.bind()); // 20,001 spans without, 20,003 for each prefix inside
    assertEquals(13 * 20_003 - 2, WideBinds.of(binds.subList(0, 10_012)).spanCount());
  }

  @Test
  void shouldGiveTheSameWhateverTheOrderOfBinds() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Prefix all = new Prefix(IpAddress.parse("203.0.0.0"), 16);
    RandomBinds source = new RandomBinds(random, all, 16, 20, 24, 28, 32);
    List<Bind> binds = source.next(40);
    List<Bind> shuffled = new ArrayList<>(binds);
    Collections.shuffle(shuffled, random);
    for (int i = 0; i < 1000; i++) {
      Vip packet = source.packet();
      assertEquals(
          lookUp(binds, packet).map(binds::get),
          lookUp(shuffled, packet).map(shuffled::get),
          packet + ", seed " + seed);
    }
  }
}
