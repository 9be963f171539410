package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.LoadedDirector.SETTINGS;
import static io.lbdirector.dataplane.LoadedDirector.table;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static io.lbdirector.packet.Actors.backend;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.BindPrecedence;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.forwarding.RandomBinds;
import io.lbdirector.forwarding.Vip;
import io.lbdirector.packet.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which bind the kernel's program takes a packet for, where binds are wide. */
@ExtendWith(LeakCheck.class)
class WideBindDataPlaneTest {
  private static final Optional<Protocol> ANY = Optional.empty();
  private static final Optional<Protocol> TCP = Optional.of(Protocol.TCP);
  private static final Optional<Protocol> UDP = Optional.of(Protocol.UDP);

  private LoadedDirector director;

  @BeforeEach
  void load() {
    director = new LoadedDirector();
  }

  @AfterEach
  void unload() {
    if (director != null) {
      director.close();
    }
  }

  private static Bind bind(
      String address, int length, Optional<Protocol> protocol, int first, int last) {
    Prefix prefix = new Prefix(IpAddress.parse(address), length);
    return new Bind(prefix, protocol, new PortRange(first, last));
  }

  private Transition publish(List<Bind> binds) {
    return director.publish(
        new DesiredState(
            SETTINGS, List.of(table("web", List.of(backend(1)), binds.toArray(new Bind[0])))));
  }

  private static byte[] frame(Vip packet) {
    IpAddress source = packet.address().isV4() ? CLIENT : CLIENT6;
    if (packet.isEcho()) {
      return Frame.echoRequest(source, packet.address()).toBytes();
    }
    return packet.protocolNumber() == Frame.TCP
        ? Frame.tcpSyn(source, 40_000, packet.address(), packet.port()).toBytes()
        : Frame.udp(source, 40_000, packet.address(), packet.port(), new byte[8]).toBytes();
  }

  private Verdict verdictOf(String address, Protocol protocol, int port) {
    Vip packet = new Vip(IpAddress.parse(address), protocol.number(), port);
    return director.verdictOf(frame(packet));
  }

  /** Sends packets, and holds the counters of all binds against the precedence. */
  private int sendAndCompare(List<Bind> binds, RandomBinds source, int packets, String message) {
    Transition transition = publish(binds);
    Map<Bind, Count> expected = new HashMap<>();
    for (Bind bind : binds) {
      expected.put(bind, countOf(transition, bind));
    }
    int matched = 0;
    for (int i = 0; i < packets; i++) {
      Vip packet = source.packet();
      byte[] frame = frame(packet);
      Optional<Bind> owner = BindPrecedence.bindOf(binds, packet).map(binds::get);
      int result = director.send(frame).result();
      assertEquals(
          owner.isPresent() ? LoadedDirector.TX : LoadedDirector.PASS,
          result,
          () -> packet + " of " + owner + ", " + message);
      owner.ifPresent(bind -> expected.merge(bind, new Count(1, frame.length), Count::plus));
      matched += owner.isPresent() ? 1 : 0;
    }
    for (Bind bind : binds) {
      assertEquals(expected.get(bind), countOf(transition, bind), () -> bind + ", " + message);
    }
    return matched;
  }

  private Count countOf(Transition transition, Bind bind) {
    int stats = transition.statsOfBinds().get(bind);
    return new CounterReader(director.plane()).binds(List.of(stats)).of(stats);
  }

  @ParameterizedTest
  @ValueSource(strings = {"203.0.0.0/8", "2001:db8::/96"})
  void shouldDecideRandomPacketsAsThePrecedenceSays(String network) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String[] parts = network.split("/");
    IpAddress address = IpAddress.parse(parts[0]);
    Prefix all =
        new Prefix(Prefix.mask(address, Integer.parseInt(parts[1])), Integer.parseInt(parts[1]));
    int bits = 8 * address.length();
    RandomBinds source =
        new RandomBinds(
            random, all, bits, bits - 1, bits - 4, bits - 9, bits - 16, bits - 20, bits - 24);
    int matched = 0;
    for (int set = 0; set < 20; set++) {
      List<Bind> binds = source.next(1 + random.nextInt(40));
      matched += sendAndCompare(binds, source, 400, "seed " + seed + ", binds " + binds);
    }
    assertTrue(matched > 500 && matched < 7500, matched + " matched, seed " + seed);
  }

  @Test
  void shouldTakeAWholeNetworkOfAllPortsAndBothProtocols() {
    publish(List.of(bind("10.0.0.0", 8, ANY, 1, 65_535), bind("2001:db8::", 32, ANY, 1, 65_535)));
    for (Protocol protocol : Protocol.values()) {
      for (int port : new int[] {1, 443, 65_535}) {
        assertEquals(Verdict.TX_FORWARDED, verdictOf("10.0.0.0", protocol, port));
        assertEquals(Verdict.TX_FORWARDED, verdictOf("10.255.255.255", protocol, port));
        assertEquals(Verdict.TX_FORWARDED, verdictOf("2001:db8:ffff::1", protocol, port));
        assertEquals(Verdict.PASS_NO_BIND, verdictOf("11.0.0.0", protocol, port));
        assertEquals(Verdict.PASS_NO_BIND, verdictOf("9.255.255.255", protocol, port));
        assertEquals(Verdict.PASS_NO_BIND, verdictOf("2001:db9::1", protocol, port));
      }
    }
    byte[] toPort0 = Frame.tcpSyn(CLIENT, 40_000, IpAddress.parse("10.1.2.3"), 0).toBytes();
    assertEquals(Verdict.PASS_NO_BIND, director.verdictOf(toPort0));
  }

  @Test
  void shouldTakeEverythingThereIs() {
    publish(List.of(bind("0.0.0.0", 0, ANY, 1, 65_535), bind("::", 0, UDP, 1, 65_535)));
    assertEquals(Verdict.TX_FORWARDED, verdictOf("198.51.100.99", Protocol.UDP, 9));
    assertEquals(Verdict.TX_FORWARDED, verdictOf("2001:db8::99", Protocol.UDP, 9));
    assertEquals(Verdict.PASS_NO_BIND, verdictOf("2001:db8::99", Protocol.TCP, 9));
  }

  @Test
  void shouldPassForeignTrafficBesideAWideBind() {
    publish(List.of(bind("203.0.113.0", 24, TCP, 80, 89)));
    assertEquals(Verdict.PASS_NO_BIND, verdictOf("203.1.113.1", Protocol.TCP, 80), "other /16");
    assertEquals(Verdict.PASS_NO_BIND, verdictOf("203.0.112.255", Protocol.TCP, 80), "same /16");
    assertEquals(Verdict.PASS_NO_BIND, verdictOf("203.0.113.1", Protocol.TCP, 90));
    assertEquals(Verdict.PASS_NO_BIND, verdictOf("203.0.113.1", Protocol.TCP, 79));
    assertEquals(Verdict.PASS_NO_BIND, verdictOf("203.0.113.1", Protocol.UDP, 80));
    assertEquals(Verdict.TX_FORWARDED, verdictOf("203.0.113.1", Protocol.TCP, 80));
  }

  @Test
  void shouldAnswerEchoOfEveryAddressThatHasABind() {
    List<Bind> binds =
        List.of(
            bind("203.0.113.0", 24, TCP, 80, 89),
            bind("203.0.113.0", 24, UDP, 53, 53),
            Bind.exact(VIP, Protocol.UDP, 53),
            bind("2001:db8:113::", 64, UDP, 1, 100));
    Transition transition = publish(binds);
    for (String address : List.of("203.0.113.9", "203.0.113.10", "2001:db8:113::77")) {
      Vip echo = Vip.echo(IpAddress.parse(address));
      assertEquals(Verdict.TX_FORWARDED, director.verdictOf(frame(echo)), address);
    }
    for (int bind : List.of(0, 2, 3)) {
      assertEquals(1, countOf(transition, binds.get(bind)).packets(), binds.get(bind).toString());
    }
    Vip foreign = Vip.echo(IpAddress.parse("203.0.114.1"));
    assertEquals(Verdict.PASS_NO_BIND, director.verdictOf(frame(foreign)));
  }

  @Test
  void shouldServeThroughReloadsFromExactToWideAndBack() {
    Bind exact = Bind.exact(VIP, Protocol.TCP, 80);
    Bind exact6 = Bind.exact(VIP6, Protocol.TCP, 80);
    Bind wide = bind("203.0.113.0", 24, TCP, 1, 1023);
    Bind wide6 = bind("2001:db8:113::", 48, ANY, 80, 80);
    Vip packet = new Vip(VIP, Frame.TCP, 80);
    Vip packet6 = new Vip(VIP6, Frame.TCP, 80);
    for (List<Bind> binds :
        List.of(
            List.of(exact, exact6),
            List.of(wide, wide6),
            List.of(exact, wide, wide6, exact6),
            List.of(wide6, wide),
            List.of(exact6, exact))) {
      Transition transition = publish(binds);
      List<Bind> owners = new ArrayList<>();
      for (Vip each : List.of(packet, packet6)) {
        owners.add(binds.get(BindPrecedence.bindOf(binds, each).orElseThrow()));
        Bind owner = owners.get(owners.size() - 1);
        Count before = countOf(transition, owner);
        assertEquals(Verdict.TX_FORWARDED, director.verdictOf(frame(each)));
        assertEquals(before.packets() + 1, countOf(transition, owner).packets(), owner.toString());
      }
      boolean onlyExact = binds.stream().allMatch(Bind::isExact);
      assertEquals(
          onlyExact ? Verdict.PASS_NO_BIND : Verdict.TX_FORWARDED,
          verdictOf("203.0.113.200", Protocol.TCP, 22));
    }
  }

  @Test
  void shouldServeTheMostBindsThatAConfigMayHave() {
    List<Bind> binds = new ArrayList<>();
    Prefix network = new Prefix(IpAddress.parse("198.18.0.0"), 16);
    for (int i = 0; i < 65_536; i++) {
      Prefix host = Prefix.host(network.addressAt(i));
      binds.add(new Bind(host, i % 2 == 0 ? TCP : ANY, new PortRange(8000, 8099)));
    }
    Transition transition = publish(binds);
    for (int i : new int[] {0, 1, 32_767, 65_534, 65_535}) {
      String address = network.addressAt(i).toString();
      assertEquals(Verdict.TX_FORWARDED, verdictOf(address, Protocol.TCP, 8099), address);
      assertEquals(1, countOf(transition, binds.get(i)).packets(), address);
      Verdict udp = i % 2 == 0 ? Verdict.PASS_NO_BIND : Verdict.TX_FORWARDED;
      assertEquals(udp, verdictOf(address, Protocol.UDP, 8000), address);
      assertEquals(Verdict.PASS_NO_BIND, verdictOf(address, Protocol.TCP, 8100), address);
    }
    assertEquals(transition.next(), LiveStateReader.read(director.plane()));
  }

  @Test
  void shouldFindEachOfTheMostPortsOfOnePrefix() {
    List<Bind> binds = new ArrayList<>();
    for (int port = 1; port < 65_535; port += 2) {
      binds.add(bind("198.18.0.0", 15, UDP, port, port));
    }
    Transition transition = publish(binds);
    for (int i : new int[] {0, 1, 4095, 4096, 16_384, 32_765, 32_766}) {
      int port = 2 * i + 1;
      assertEquals(Verdict.TX_FORWARDED, verdictOf("198.19.7.7", Protocol.UDP, port));
      assertEquals(Verdict.PASS_NO_BIND, verdictOf("198.19.7.7", Protocol.UDP, port + 1));
      assertEquals(1, countOf(transition, binds.get(i)).packets(), port + "");
    }
  }
}
