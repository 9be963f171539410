package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.LoadedDirector.HASH_KEY;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.STRANGER;
import static io.lbdirector.packet.Actors.STRANGER6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.BackendLayout;
import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.PortLayout;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.FlowHash;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.forwarding.Vip;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes into the director, and what comes out, byte for byte. Needs CAP_BPF, CAP_NET_ADMIN. */
@ExtendWith(LeakCheck.class)
class GueEncapDataPlaneTest {
  private static final Set<HashField> FIELDS = Set.of(HashField.SRC_ADDR, HashField.SRC_PORT);
  private static final int LOOPBACK = 1;
  private static final HexFormat HEX = HexFormat.of();

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

  /** TCP and UDP on port 443 of both VIPs, over {@code backends}. */
  private ForwardingTable serve(Settings settings, int hops, List<IpAddress> backends) {
    ForwardingTable rows = LoadedDirector.rows(hops, backends);
    DesiredState.Table table =
        LoadedDirector.table(
            "web",
            rows,
            Bind.exact(VIP, Protocol.TCP, 443),
            Bind.exact(VIP, Protocol.UDP, 443),
            Bind.exact(VIP6, Protocol.TCP, 443),
            Bind.exact(VIP6, Protocol.UDP, 443));
    director.publish(new DesiredState(settings, List.of(table)));
    return rows;
  }

  private static List<IpAddress> backends(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(Actors::backend).toList();
  }

  private static List<IpAddress> backends6(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(Actors::backend6).toList();
  }

  /** What the model says must leave for a packet of {@code flow}. */
  private static byte[] expected(
      byte[] in, int innerLength, Flow flow, ForwardingTable rows, int trafficClass) {
    long hash = FlowHash.hash(HASH_KEY, FIELDS, flow);
    int row = (int) hash & 0xffff;
    int sourcePort = 0x8000 | (int) ((hash ^ flow.sourcePort()) & 0x7fff);
    return GueModel.encapsulate(in, innerLength, hops(rows, row), sourcePort, trafficClass);
  }

  private void assertForwarded(byte[] in, byte[] expected) {
    TestRun out = director.send(in);
    assertEquals(HEX.formatHex(expected), HEX.formatHex(out.packet()));
    assertEquals(LoadedDirector.TX, out.result());
  }

  /** While fields migrate: the first two hops of the row of each choice of fields. */
  @ParameterizedTest(name = "{0} backends")
  @ValueSource(ints = {1, 2, 3, 50})
  void shouldSendHopsOfBothRowsWhileHashFieldsMigrate(int count) {
    ForwardingTable rows = LoadedDirector.rows(2, backends(count));
    DesiredState.Table web = LoadedDirector.table("web", rows, Bind.exact(VIP, Protocol.TCP, 443));
    Set<HashField> before = Set.of(HashField.SRC_ADDR, HashField.DST_PORT);
    DesiredState.Table migrating =
        new DesiredState.Table(
            web.name(),
            web.hashKey(),
            web.hashFields(),
            before,
            web.ipip(),
            web.rows(),
            web.binds(),
            web.backends());
    director.publish(new DesiredState(LoadedDirector.SETTINGS, List.of(migrating)));
    for (int port = 1000; port < 1100; port++) {
      Flow flow = Flow.tcp(CLIENT, port, VIP, 443);
      byte[] in = Frame.tcpSyn(CLIENT, port, VIP, 443).toBytes();
      long hash = FlowHash.hash(HASH_KEY, FIELDS, flow);
      List<IpAddress> hops = new ArrayList<>(hops(rows, (int) hash & 0xffff));
      hops.addAll(hops(rows, FlowHash.row(HASH_KEY, before, flow)));
      int sourcePort = 0x8000 | (int) ((hash ^ port) & 0x7fff);
      int innerLength = in.length - Frame.ETHERNET_LENGTH;
      assertForwarded(in, GueModel.encapsulate(in, innerLength, hops, sourcePort, 0));
    }
  }

  private static List<IpAddress> hops(ForwardingTable rows, int row) {
    return IntStream.range(0, rows.hopCount()).mapToObj(hop -> rows.hop(row, hop)).toList();
  }

  @Test
  void shouldWrapOneSynInTheseVeryBytes() {
    serve(LoadedDirector.SETTINGS, 2, backends(1));
    byte[] syn = Frame.tcpSyn(CLIENT, 40000, VIP, 443).toBytes();
    long hash = FlowHash.hash(HASH_KEY, FIELDS, Flow.tcp(CLIENT, 40000, VIP, 443));
    int sourcePort = 0x8000 | (int) ((hash ^ 40000) & 0x7fff);

    TestRun out = director.send(syn);

    String outer =
        "020000000001 020000000002 0800" // to the gateway, from the director's port
            + "45 00 004c 0000 4000 40 11 259f 0a000002 0a000101" // DF, TTL 64, UDP
            + HEX.toHexDigits((short) sourcePort)
            + "4c43 0038 0000" // to 19523, no checksum
            + "01 04 0000 0000 00 00"; // GUE: hlen 1, IPv4 inside, no hops behind the first
    String inner = HEX.formatHex(syn, Frame.ETHERNET_LENGTH, syn.length);
    assertEquals(outer.replace(" ", "") + inner, HEX.formatHex(out.packet()));
  }

  static Stream<Arguments> packets() {
    return Stream.of(
        Arguments.of(
            "SYN over IPv4",
            Frame.tcpSyn(CLIENT, 40000, VIP, 443),
            Flow.tcp(CLIENT, 40000, VIP, 443)),
        Arguments.of(
            "SYN over IPv6",
            Frame.tcpSyn(CLIENT6, 40000, VIP6, 443),
            Flow.tcp(CLIENT6, 40000, VIP6, 443)),
        Arguments.of(
            "data with ACK",
            Frame.tcp(CLIENT, 1, VIP, 443, 0x18, new byte[1300]),
            Flow.tcp(CLIENT, 1, VIP, 443)),
        Arguments.of(
            "empty datagram over IPv4",
            Frame.udp(CLIENT, 65535, VIP, 443, new byte[0]),
            Flow.udp(CLIENT, 65535, VIP, 443)),
        Arguments.of(
            "datagram over IPv6",
            Frame.udp(CLIENT6, 7, VIP6, 443, new byte[1000]),
            Flow.udp(CLIENT6, 7, VIP6, 443)),
        Arguments.of(
            "echo request over IPv4",
            Frame.echoRequest(CLIENT, VIP),
            new Flow(CLIENT, VIP, Frame.ICMP, 0, 0)),
        Arguments.of(
            "echo request over IPv6",
            Frame.echoRequest(CLIENT6, VIP6),
            new Flow(CLIENT6, VIP6, Frame.ICMP6, 0, 0)),
        Arguments.of(
            "frame padded to 60 bytes",
            Frame.tcpSyn(CLIENT, 40000, VIP, 443).withPadding(6),
            Flow.tcp(CLIENT, 40000, VIP, 443)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("packets")
  void shouldWrapEveryKindOfPacketOverBothUnderlaysWithOneToFourHops(
      String kind, Frame packet, Flow flow) {
    byte[] in = packet.toBytes();
    for (int hops = 1; hops <= 4; hops++) {
      for (List<IpAddress> backends : List.of(backends(5), backends6(5))) {
        ForwardingTable rows = serve(LoadedDirector.SETTINGS, hops, backends);
        assertForwarded(in, expected(in, packet.ipPacket().length, flow, rows, 0));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x01, 0x02, 0x03, 0xb8, 0xff})
  void shouldCopyEcnAlwaysAndDscpOnlyWhereAsked(int trafficClass) {
    Frame v4 = Frame.tcpSyn(CLIENT, 40000, VIP, 443).withTrafficClass(trafficClass);
    Frame v6 = Frame.tcpSyn(CLIENT6, 40000, VIP6, 443).withTrafficClass(trafficClass);
    Settings copy =
        new Settings(
            Optional.of(Actors.DIRECTOR),
            Optional.of(Actors.DIRECTOR6),
            true,
            Echo.FORWARD,
            OptionalInt.empty(),
            OptionalInt.empty(),
            false);
    for (List<IpAddress> backends : List.of(backends(3), backends6(3))) {
      ForwardingTable rows = serve(LoadedDirector.SETTINGS, 2, backends);
      assertWrapped(v4, Flow.tcp(CLIENT, 40000, VIP, 443), rows, trafficClass & 3);
      assertWrapped(v6, Flow.tcp(CLIENT6, 40000, VIP6, 443), rows, trafficClass & 3);
      serve(copy, 2, backends);
      assertWrapped(v4, Flow.tcp(CLIENT, 40000, VIP, 443), rows, trafficClass);
      assertWrapped(v6, Flow.tcp(CLIENT6, 40000, VIP6, 443), rows, trafficClass);
    }
  }

  private void assertWrapped(Frame packet, Flow flow, ForwardingTable rows, int trafficClass) {
    byte[] in = packet.toBytes();
    assertForwarded(in, expected(in, packet.ipPacket().length, flow, rows, trafficClass));
  }

  @Test
  @Tag("flood")
  void shouldSendTenThousandRandomFlowsToTheHopsOfTheModel() {
    long seed = System.nanoTime();
    System.out.println("random flows: seed " + seed);
    Random random = new Random(seed);
    ForwardingTable rows = serve(LoadedDirector.SETTINGS, 3, backends(50));
    for (int i = 0; i < 10_000; i++) {
      boolean v4 = random.nextBoolean();
      IpAddress source = randomAddress(random, v4 ? 4 : 16);
      IpAddress vip = v4 ? VIP : VIP6;
      int port = random.nextInt(65_536);
      boolean tcp = random.nextBoolean();
      Flow flow = tcp ? Flow.tcp(source, port, vip, 443) : Flow.udp(source, port, vip, 443);
      byte[] in =
          (tcp
                  ? Frame.tcp(source, port, vip, 443, 0x10, new byte[0])
                  : Frame.udp(source, port, vip, 443, new byte[random.nextInt(50)]))
              .toBytes();
      assertArrayEquals(
          expected(in, in.length - Frame.ETHERNET_LENGTH, flow, rows, 0),
          director.send(in).packet(),
          () -> "seed " + seed + ", " + flow);
    }
  }

  private static IpAddress randomAddress(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return IpAddress.of(bytes);
  }

  @Test
  void shouldHashEveryChoiceOfFieldsAsTheModelDoes() {
    ForwardingTable rows = LoadedDirector.rows(2, backends(20));
    for (int mask = 1; mask < 16; mask++) {
      Set<HashField> fields = fields(mask);
      DesiredState.Table table =
          new DesiredState.Table(
              "web",
              HASH_KEY,
              fields,
              Set.of(),
              false,
              rows,
              List.of(Bind.exact(VIP, Protocol.TCP, 443), Bind.exact(VIP6, Protocol.TCP, 443)),
              rows.addresses());
      director.publish(new DesiredState(LoadedDirector.SETTINGS, List.of(table)));
      for (int port = 1000; port < 1020; port++) {
        assertPrimary(
            Frame.tcpSyn(CLIENT, port, VIP, 443), fields, Flow.tcp(CLIENT, port, VIP, 443), rows);
        assertPrimary(
            Frame.tcpSyn(CLIENT6, port, VIP6, 443),
            fields,
            Flow.tcp(CLIENT6, port, VIP6, 443),
            rows);
      }
    }
  }

  private static Set<HashField> fields(int mask) {
    return Set.copyOf(
        Stream.of(HashField.values()).filter(f -> (mask & 1 << f.ordinal()) != 0).toList());
  }

  private void assertPrimary(Frame packet, Set<HashField> fields, Flow flow, ForwardingTable rows) {
    byte[] out = director.send(packet.toBytes()).packet();
    byte[] destination = Arrays.copyOfRange(out, 30, 34);
    assertEquals(
        rows.hop(FlowHash.row(HASH_KEY, fields, flow), 0),
        IpAddress.of(destination),
        () -> fields + " " + flow);
  }

  static Stream<Arguments> notForwarded() {
    byte[] ipv4 = Frame.tcpSyn(CLIENT, 40000, VIP, 443).toBytes();
    byte[] ipv6 = Frame.tcpSyn(CLIENT6, 40000, VIP6, 443).toBytes();
    return Stream.of(
        row("ARP", with(ipv4, 13, 0x06), Verdict.PASS_NOT_IP),
        row("other port", Frame.tcpSyn(CLIENT, 1, VIP, 444), Verdict.PASS_NO_BIND),
        row("other address", Frame.tcpSyn(CLIENT, 1, STRANGER, 443), Verdict.PASS_NO_BIND),
        row("other IPv6 address", Frame.tcpSyn(CLIENT6, 1, STRANGER6, 443), Verdict.PASS_NO_BIND),
        row("echo to another", Frame.echoRequest(CLIENT, STRANGER), Verdict.PASS_NO_BIND),
        row("GRE", Frame.ip(CLIENT, VIP, 47, new byte[20]), Verdict.PASS_PROTOCOL),
        row("ICMPv6 in IPv4", Frame.ip(CLIENT, VIP, 58, new byte[20]), Verdict.PASS_PROTOCOL),
        row("ICMP in IPv6", Frame.ip(CLIENT6, VIP6, 1, new byte[20]), Verdict.PASS_PROTOCOL),
        row("echo reply", Frame.icmp(CLIENT, VIP, 0, 0, new byte[8]), Verdict.PASS_ICMP),
        row("solicitation", Frame.icmp(CLIENT6, VIP6, 135, 0, new byte[16]), Verdict.PASS_ICMP),
        row("wrong version in IPv4", with(ipv4, 14, 0x65), Verdict.PASS_MALFORMED),
        row("wrong version in IPv6", with(ipv6, 14, 0x40), Verdict.PASS_MALFORMED),
        row("header length 16", with(ipv4, 14, 0x44), Verdict.PASS_MALFORMED),
        row("total length beyond the frame", with(ipv4, 17, 41), Verdict.PASS_MALFORMED),
        row("total length below the header", with(ipv4, 17, 19), Verdict.PASS_MALFORMED),
        row("total length amid TCP", with(ipv4, 17, 39), Verdict.PASS_MALFORMED),
        row("payload beyond the frame", with(ipv6, 19, 21), Verdict.PASS_MALFORMED),
        row("payload amid TCP", with(ipv6, 19, 19), Verdict.PASS_MALFORMED),
        row("UDP cut short", Frame.ip(CLIENT, VIP, 17, new byte[7]), Verdict.PASS_MALFORMED),
        row("ICMP cut short", Frame.ip(CLIENT, VIP, 1, new byte[7]), Verdict.PASS_MALFORMED));
  }

  private static Arguments row(String what, Frame packet, Verdict verdict) {
    return row(what, packet.toBytes(), verdict);
  }

  private static Arguments row(String what, byte[] frame, Verdict verdict) {
    return Arguments.of(what, frame, verdict);
  }

  private static byte[] with(byte[] frame, int at, int value) {
    byte[] changed = frame.clone();
    changed[at] = (byte) value;
    return changed;
  }

  @ParameterizedTest(name = "{0} is {2}")
  @MethodSource("notForwarded")
  void shouldPassUntouchedWhatItDoesNotBalance(String what, byte[] frame, Verdict verdict) {
    serve(LoadedDirector.SETTINGS, 2, backends(3));
    assertEquals(verdict, director.verdictOf(frame));
    TestRun out = director.send(frame);
    assertEquals(LoadedDirector.PASS, out.result());
    assertArrayEquals(frame, out.packet());
  }

  @Test
  void shouldCallEveryFrameThatIsCutShortMalformedOrNotIp() {
    serve(LoadedDirector.SETTINGS, 2, backends(3));
    for (Frame packet :
        List.of(Frame.tcpSyn(CLIENT, 1, VIP, 443), Frame.tcpSyn(CLIENT6, 1, VIP6, 443))) {
      byte[] whole = packet.toBytes();
      for (int length = Frame.ETHERNET_LENGTH; length < whole.length; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        assertEquals(Verdict.PASS_MALFORMED, director.verdictOf(cut), "cut to " + length);
      }
    }
  }

  @Test
  void shouldPassEverythingBeforeTheFirstGeneration() {
    byte[] syn = Frame.tcpSyn(CLIENT, 1, VIP, 443).toBytes();
    assertEquals(Verdict.PASS_UNCONFIGURED, director.verdictOf(syn));
  }

  @Test
  void shouldPassEchoWhereTheSettingsSaySo() {
    serve(
        new Settings(
            Optional.of(Actors.DIRECTOR),
            Optional.empty(),
            false,
            Echo.PASS,
            OptionalInt.empty(),
            OptionalInt.empty(),
            false),
        2,
        backends(3));
    assertEquals(Verdict.PASS_ECHO, director.verdictOf(Frame.echoRequest(CLIENT, VIP).toBytes()));
    assertEquals(
        Verdict.TX_FORWARDED, director.verdictOf(Frame.tcpSyn(CLIENT, 1, VIP, 443).toBytes()));
  }

  @Test
  void shouldDropByNameWhatIsOursButCannotBeSent() {
    byte[] syn = Frame.tcpSyn(CLIENT, 1, VIP, 443).toBytes();
    serve(LoadedDirector.settings(Optional.empty(), Optional.empty()), 2, backends(3));
    assertEquals(Verdict.DROP_NO_SOURCE, director.verdictOf(syn));
    serve(LoadedDirector.settings(Optional.of(Actors.DIRECTOR), Optional.empty()), 2, backends6(3));
    assertEquals(Verdict.DROP_NO_SOURCE, director.verdictOf(syn));
    serve(LoadedDirector.SETTINGS, 2, List.of());
    assertEquals(Verdict.DROP_NO_HOP, director.verdictOf(syn));

    director.closeShortWay();
    director.plane().setPort(Abi.DEFAULT_PORT, new byte[PortLayout.LENGTH]);
    serve(LoadedDirector.SETTINGS, 2, backends(3));
    assertEquals(Verdict.DROP_NO_GATEWAY, director.verdictOf(syn));
    serve(LoadedDirector.SETTINGS, 2, backends6(3));
    assertEquals(Verdict.DROP_NO_GATEWAY, director.verdictOf(syn));
    assertEquals(LoadedDirector.DROP, director.send(syn).result());
  }

  @Test
  void shouldDropByNameWhatTheMapsDoNotHold() {
    byte[] syn = Frame.tcpSyn(CLIENT, 1, VIP, 443).toBytes();
    serve(LoadedDirector.SETTINGS, 1, backends(1));
    director
        .plane()
        .setBackend(director.live().backends().get(Actors.backend(1)), BackendLayout.encodeNone());
    assertEquals(Verdict.DROP_NO_BACKEND, director.verdictOf(syn));
    director
        .plane()
        .map(Abi.TABLES)
        .deleteInner(director.live().tables().values().iterator().next());
    assertEquals(Verdict.DROP_NO_TABLE, director.verdictOf(syn));
    director.closeShortWay();
    director.plane().removePort(Abi.DEFAULT_PORT);
    serve(LoadedDirector.SETTINGS, 2, backends(3));
    assertEquals(Verdict.DROP_NO_GATEWAY, director.verdictOf(syn));
  }

  @Test
  void shouldUseTheInterfacesOwnPortWhereItHasOne() {
    serve(LoadedDirector.SETTINGS, 2, backends(3));
    byte[] syn = Frame.tcpSyn(CLIENT, 1, VIP, 443).toBytes();
    byte[] byDefault = director.send(syn).packet(); // test-run comes in by the loopback
    director
        .plane()
        .setPort(
            LOOPBACK,
            PortLayout.encode(
                Actors.ROUTER_MAC, Optional.of(Actors.GATEWAY6_MAC), Optional.empty(), 1500));
    byte[] byItsOwn = director.send(syn).packet();
    assertEquals(
        HEX.formatHex(Actors.GATEWAY_MAC.toBytes()) + HEX.formatHex(Actors.DIRECTOR_MAC.toBytes()),
        HEX.formatHex(byDefault, 0, 12));
    assertEquals(
        HEX.formatHex(Actors.GATEWAY6_MAC.toBytes()) + HEX.formatHex(Actors.ROUTER_MAC.toBytes()),
        HEX.formatHex(byItsOwn, 0, 12));
    assertEquals(
        HEX.formatHex(byDefault, 12, byDefault.length),
        HEX.formatHex(byItsOwn, 12, byItsOwn.length));
  }

  @Test
  void shouldCountBindsAndBackendsAsManyAsWereForwarded() {
    ForwardingTable rows = serve(LoadedDirector.SETTINGS, 2, backends(4));
    long bytes = 0;
    for (int port = 1; port <= 500; port++) {
      byte[] syn = Frame.tcpSyn(CLIENT, port, VIP, 443).toBytes();
      director.send(syn);
      bytes += syn.length;
    }
    CounterReader counters = new CounterReader(director.plane());
    CounterReader.Count all = new CounterReader.Count(500, bytes);
    assertEquals(all, counters.verdicts().get(Verdict.TX_FORWARDED));

    int[] perBackend = new int[rows.addresses().size()];
    for (int port = 1; port <= 500; port++) {
      perBackend[
          rows.hopIndex(FlowHash.row(HASH_KEY, FIELDS, Flow.tcp(CLIENT, port, VIP, 443)), 0)]++;
    }
    for (int i = 0; i < perBackend.length; i++) {
      int index = director.live().backends().get(rows.addresses().get(i));
      CounterReader.Count count = counters.backends(List.of(index)).of(index);
      assertEquals(new CounterReader.Count(perBackend[i], 54L * perBackend[i]), count);
    }
    int stats = director.live().vips().get(new Vip(VIP, Frame.TCP, 443)).stats();
    assertEquals(all, counters.binds(List.of(stats)).of(stats));
  }
}
