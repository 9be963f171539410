package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BindPrecedenceTest {
  private static final IpAddress VIP = IpAddress.parse("203.0.113.10");
  private static final Optional<Protocol> ANY = Optional.empty();
  private static final Optional<Protocol> TCP = Optional.of(Protocol.TCP);
  private static final Optional<Protocol> UDP = Optional.of(Protocol.UDP);
  private static final int HIGHEST_PORT = 9;

  private static Bind bind(String address, int length, Optional<Protocol> protocol, int... ports) {
    PortRange range = new PortRange(ports[0], ports[ports.length - 1]);
    return new Bind(new Prefix(IpAddress.parse(address), length), protocol, range);
  }

  private static int find(List<Bind> binds, String address, Protocol protocol, int port) {
    Vip vip = new Vip(IpAddress.parse(address), protocol.number(), port);
    return BindPrecedence.bindOf(binds, vip).orElse(-1);
  }

  @Test
  void shouldPreferTheLongerPrefix() {
    List<Bind> binds =
        List.of(
            bind("203.0.113.0", 29, TCP, 80),
            bind("203.0.113.0", 30, ANY, 1, 100),
            bind("203.0.113.1", 32, UDP, 1, 100));
    assertEquals(1, find(binds, "203.0.113.1", Protocol.TCP, 80));
    assertEquals(2, find(binds, "203.0.113.1", Protocol.UDP, 80));
    assertEquals(0, find(binds, "203.0.113.4", Protocol.TCP, 80));
    assertEquals(-1, find(binds, "203.0.113.4", Protocol.UDP, 80));
  }

  @Test
  void shouldPreferTheExactProtocolToTheExactPort() {
    List<Bind> binds =
        List.of(bind("203.0.113.10", 32, ANY, 80), bind("203.0.113.10", 32, TCP, 1, 100));
    assertEquals(1, find(binds, "203.0.113.10", Protocol.TCP, 80));
    assertEquals(0, find(binds, "203.0.113.10", Protocol.UDP, 80));
  }

  @Test
  void shouldPreferTheNarrowerRange() {
    List<Bind> binds =
        List.of(
            bind("203.0.113.10", 32, TCP, 1, 60_000),
            bind("203.0.113.10", 32, TCP, 80, 90),
            bind("203.0.113.10", 32, TCP, 85, 94),
            bind("203.0.113.10", 32, TCP, 90));
    assertEquals(0, find(binds, "203.0.113.10", Protocol.TCP, 79));
    assertEquals(1, find(binds, "203.0.113.10", Protocol.TCP, 84));
    assertEquals(2, find(binds, "203.0.113.10", Protocol.TCP, 85));
    assertEquals(3, find(binds, "203.0.113.10", Protocol.TCP, 90));
    assertEquals(0, find(binds, "203.0.113.10", Protocol.TCP, 60_000));
  }

  @Test
  void shouldNotLetALongerPrefixHideWhatItDoesNotMatch() {
    List<Bind> binds =
        List.of(bind("203.0.113.8", 29, TCP, 443), bind("203.0.113.10", 32, TCP, 80));
    assertEquals(0, find(binds, "203.0.113.10", Protocol.TCP, 443));
  }

  @Test
  void shouldSendEchoToTheMostSpecificPrefixAndThenTcpWhateverTheOrder() {
    List<Bind> binds =
        List.of(
            bind("203.0.113.8", 29, TCP, 443),
            bind("203.0.113.10", 32, UDP, 1, 100),
            bind("203.0.113.10", 32, ANY, 22),
            bind("203.0.113.10", 32, TCP, 80),
            bind("2001:db8::1", 128, TCP, 80));
    assertEquals(Optional.of(3), BindPrecedence.bindOf(binds, Vip.echo(VIP)));
    assertEquals(
        Optional.of(0), BindPrecedence.bindOf(binds, Vip.echo(IpAddress.parse("203.0.113.9"))));
    assertEquals(
        Optional.of(4), BindPrecedence.bindOf(binds, Vip.echo(IpAddress.parse("2001:db8::1"))));
    assertEquals(
        Optional.empty(), BindPrecedence.bindOf(binds, Vip.echo(IpAddress.parse("2001:db8::2"))));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldFindATieInAnyOrder(int swap) {
    Bind a = bind("203.0.113.10", 32, TCP, 80, 89);
    Bind b = bind("203.0.113.10", 32, TCP, 85, 94);
    List<Bind> binds = swap == 0 ? List.of(a, b) : List.of(b, a);
    assertEquals(List.of(new BindPrecedence.Tie(0, 1)), BindPrecedence.ties(binds));
  }

  @Test
  void shouldPairEachOfManyTiesWithANeighbourOnly() {
    Bind same = bind("203.0.113.10", 32, TCP, 80);
    List<BindPrecedence.Tie> ties = BindPrecedence.ties(List.of(same, same, same));
    assertEquals(List.of(new BindPrecedence.Tie(0, 1), new BindPrecedence.Tie(1, 2)), ties);
  }

  @Test
  void shouldDecideEveryPacketAsThePrecedenceSays() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int decided = 0;
    for (int i = 0; i < 600; i++) {
      List<Bind> binds = randomBinds(random, i % 2 == 0);
      List<BindPrecedence.Tie> ties = BindPrecedence.ties(binds);
      checkTies(binds, ties, seed);
      if (ties.isEmpty()) {
        checkPackets(binds, seed);
        decided++;
      }
    }
    assertTrue(decided > 100, decided + " sets of binds without a tie, seed " + seed);
  }

  private static List<Bind> randomBinds(Random random, boolean v4) {
    IpAddress base = IpAddress.parse(v4 ? "203.0.113.8" : "2001:db8::8");
    List<Bind> binds = new ArrayList<>();
    int count = 1 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      int length = 8 * base.length() - random.nextInt(4);
      IpAddress address = new Prefix(base, 8 * base.length() - 3).addressAt(random.nextInt(8));
      int first = 1 + random.nextInt(HIGHEST_PORT);
      int last = first + random.nextInt(HIGHEST_PORT + 1 - first);
      binds.add(
          new Bind(
              new Prefix(Prefix.mask(address, length), length),
              List.of(TCP, UDP, ANY).get(random.nextInt(3)),
              new PortRange(first, last)));
    }
    return binds;
  }

  /** Ties are real, and name every bind that is in one. */
  private static void checkTies(List<Bind> binds, List<BindPrecedence.Tie> ties, long seed) {
    Map<Integer, Boolean> named = new HashMap<>();
    for (BindPrecedence.Tie tie : ties) {
      assertTrue(tie.first() < tie.second(), "in the order of the list, seed " + seed);
      assertTrue(isTie(binds.get(tie.first()), binds.get(tie.second())), "seed " + seed);
      named.put(tie.first(), true);
      named.put(tie.second(), true);
    }
    for (int a = 0; a < binds.size(); a++) {
      for (int b = a + 1; b < binds.size(); b++) {
        if (isTie(binds.get(a), binds.get(b))) {
          assertTrue(named.containsKey(a) && named.containsKey(b), binds + ", seed " + seed);
        }
      }
    }
  }

  private static boolean isTie(Bind a, Bind b) {
    boolean common =
        a.prefix().equals(b.prefix())
            && a.ports().first() <= b.ports().last()
            && b.ports().first() <= a.ports().last();
    return common && a.protocol().equals(b.protocol()) && a.ports().size() == b.ports().size();
  }

  private static void checkPackets(List<Bind> binds, long seed) {
    IpAddress base = Prefix.mask(binds.get(0).prefix().address(), 8 * length(binds) - 3);
    Prefix all = new Prefix(base, 8 * length(binds) - 3);
    for (int a = 0; a < 8; a++) {
      for (Protocol protocol : Protocol.values()) {
        for (int port = 1; port <= HIGHEST_PORT + 1; port++) {
          Vip vip = new Vip(all.addressAt(a), protocol.number(), port);
          assertEquals(
              match(binds, vip),
              BindPrecedence.bindOf(binds, vip),
              vip + " " + binds + ", seed " + seed);
        }
      }
    }
  }

  private static int length(List<Bind> binds) {
    return binds.get(0).prefix().address().length();
  }

  /** The rule as the documentation tells it, one bind at a time. */
  private static Optional<Integer> match(List<Bind> binds, Vip vip) {
    Optional<Integer> best = Optional.empty();
    for (int i = 0; i < binds.size(); i++) {
      Bind bind = binds.get(i);
      boolean matches =
          bind.prefix().contains(vip.address())
              && bind.protocol().map(p -> p.number() == vip.protocolNumber()).orElse(true)
              && bind.ports().first() <= vip.port()
              && vip.port() <= bind.ports().last();
      if (matches && (best.isEmpty() || beats(bind, binds.get(best.get())))) {
        best = Optional.of(i);
      }
    }
    return best;
  }

  private static boolean beats(Bind a, Bind b) {
    if (a.prefix().length() != b.prefix().length()) {
      return a.prefix().length() > b.prefix().length();
    }
    if (a.protocol().isPresent() != b.protocol().isPresent()) {
      return a.protocol().isPresent();
    }
    if (a.ports().isSingle() != b.ports().isSingle()) {
      return a.ports().isSingle();
    }
    return a.ports().size() < b.ports().size();
  }
}
