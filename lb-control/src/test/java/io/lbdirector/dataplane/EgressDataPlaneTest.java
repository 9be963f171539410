package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.EgressWorld.BACKEND;
import static io.lbdirector.dataplane.EgressWorld.BACKEND6;
import static io.lbdirector.dataplane.EgressWorld.OUT_GATEWAY;
import static io.lbdirector.dataplane.EgressWorld.OUT_MAC;
import static io.lbdirector.dataplane.EgressWorld.from;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.EgressCase.Way;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets that leave as the kernel's routes say. Needs root. */
@ExtendWith(LeakCheck.class)
class EgressDataPlaneTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final int MACS = 12;
  private static final String OTHER_GATEWAY = "02:00:00:00:09:02";

  private EgressWorld world;
  private LoadedDirector director;

  @BeforeAll
  static void needKernel() {
    NeedsKernel.from("5.15", "a test run cannot say where a frame comes in");
  }

  @BeforeEach
  void load() {
    world = new EgressWorld();
    director = world.director();
  }

  @AfterEach
  void unload() {
    world.close();
  }

  static Stream<EgressCase> cases() {
    return EgressCase.all().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void shouldDoWhatThePageSays(EgressCase packet) {
    packet.before().forEach(world::run);
    byte[] in = packet.frame().toBytes();
    assertEquals(packet.verdict(), director.verdictOf(in));
    TestRun out = director.send(in);
    assertEquals(HEX.formatHex(expected(packet)), HEX.formatHex(out.packet()));
    assertEquals(action(packet.way()), out.result());
  }

  private static byte[] expected(EgressCase packet) {
    Frame frame = packet.frame();
    byte[] in = frame.toBytes();
    return switch (packet.way()) {
      case BACK -> wrapped(in, frame, BACKEND);
      case ELSEWHERE ->
          from(wrapped(frame.withTags().toBytes(), frame, BACKEND), OUT_MAC, OUT_GATEWAY);
      case TOLD -> AnswerDataPlaneTest.tooBig(in, 1400 - EgressCase.OVERHEAD);
      case GONE -> in;
    };
  }

  private static int action(Way way) {
    return switch (way) {
      case BACK, TOLD -> LoadedDirector.TX;
      case ELSEWHERE -> LoadedDirector.REDIRECT;
      case GONE -> LoadedDirector.DROP;
    };
  }

  private static byte[] wrapped(byte[] in, Frame frame, IpAddress backend) {
    boolean v4 = in[MACS] == 0x08 || frame.ipPacket()[0] >> 4 == 4;
    Flow flow = v4 ? Flow.tcp(CLIENT, 40000, VIP, 443) : Flow.tcp(CLIENT6, 40000, VIP6, 443);
    return EgressWorld.wrapped(in, frame.ipPacket().length, flow, backend, 0);
  }

  @ParameterizedTest(name = "client over IPv{0}, backend over IPv{1}")
  @CsvSource({"4,4", "4,6", "6,4", "6,6"})
  void shouldLeaveByTheRouteOfEitherFamily(int client, int outer) {
    IpAddress backend = outer == 4 ? BACKEND : BACKEND6;
    world.serve(backend, OptionalInt.empty());
    Frame frame = AnswerDataPlaneTest.segment(client == 4, 200);
    byte[] in = frame.toBytes();
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(in));
    assertSent(
        from(wrapped(in, frame, backend), OUT_MAC, OUT_GATEWAY), LoadedDirector.REDIRECT, in);
    world.ip("route replace %s via %s".formatted(backend, outer == 4 ? "10.0.0.1" : "2001:db8::1"));
    assertSent(wrapped(in, frame, backend), LoadedDirector.TX, in);
  }

  private void assertSent(byte[] expected, int action, byte[] in) {
    TestRun out = director.send(in);
    assertEquals(HEX.formatHex(expected), HEX.formatHex(out.packet()));
    assertEquals(action, out.result());
  }

  @Test
  void shouldFindThePlainNextHopOfABackendOnTheLink() {
    world.ip("route replace 10.0.1.1 dev out0");
    byte[] in = AnswerDataPlaneTest.segment(true, 100).toBytes();
    assertEquals(Verdict.DROP_NO_NEIGHBOUR, director.verdictOf(in));
    world.ip("neigh add 10.0.1.1 lladdr " + OTHER_GATEWAY + " dev out0 nud stale");
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(in));
    assertEquals(OTHER_GATEWAY, destination(director.send(in)));
  }

  private static String destination(TestRun out) {
    return HexFormat.ofDelimiter(":").formatHex(out.packet(), 0, 6);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 6})
  void shouldAskForForwardingOfTheOuterFamily(int outer) {
    world.serve(outer == 4 ? BACKEND : BACKEND6, OptionalInt.empty());
    byte[] in = AnswerDataPlaneTest.segment(true, 100).toBytes();
    world.run("sysctl -qw net.ipv%d.conf.in0.forwarding=0".formatted(outer == 4 ? 6 : 4));
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(in));
    world.run("sysctl -qw net.ipv%d.conf.in0.forwarding=0".formatted(outer));
    assertEquals(Verdict.DROP_NO_FORWARDING, director.verdictOf(in));
  }

  @ParameterizedTest
  @CsvSource({"4,4", "4,6", "6,4", "6,6"})
  void shouldTellTheLeastMtuOfAll(int client, int outer) {
    IpAddress backend = outer == 4 ? BACKEND : BACKEND6;
    int overhead = outer == 4 ? 36 : 56;
    boolean v4 = client == 4;
    String route = "route replace %s via %s mtu lock 1390";
    String gateway = outer == 4 ? "10.9.0.1" : "2001:db8:9::1";
    int longest = 1500;
    world.serve(backend, OptionalInt.empty());
    assertTold(v4, longest, 1400 - overhead);
    world.ip(route.formatted(backend, gateway));
    assertTold(v4, longest, 1390 - overhead);
    world.serve(backend, OptionalInt.of(1385));
    assertTold(v4, 1390 - overhead, 1385 - overhead);
    assertTold(v4, longest, 1385 - overhead);
    world.serve(backend, OptionalInt.of(1395));
    assertTold(v4, longest, 1390 - overhead);
    assertEquals(
        Verdict.TX_FORWARDED,
        director.verdictOf(AnswerDataPlaneTest.segment(v4, 1390 - overhead).toBytes()));
    assertTold(v4, 1390 - overhead + 1, 1390 - overhead);
  }

  private void assertTold(boolean v4, int length, int room) {
    byte[] in = AnswerDataPlaneTest.segment(v4, length).withTags(0x8100_0007).toBytes();
    assertEquals(Verdict.TX_TOO_BIG, director.verdictOf(in));
    TestRun out = director.send(in);
    byte[] untagged = AnswerDataPlaneTest.segment(v4, length).toBytes();
    String told = HEX.formatHex(AnswerDataPlaneTest.tooBig(untagged, room));
    assertEquals(
        told.substring(0, 2 * MACS) + "81000007" + told.substring(2 * MACS),
        HEX.formatHex(out.packet()));
    assertEquals(LoadedDirector.TX, out.result());
  }

  @Test
  void shouldFollowRulesOfSourceInterfaceAndDscp() {
    byte[] in = AnswerDataPlaneTest.segment(true, 100).toBytes();
    world.ip("route add 10.0.1.1 via 10.0.0.1 table 100");
    for (String rule : List.of("from 10.0.0.2", "iif in0", "ipproto 17 dport 19523", "tos 0x10")) {
      world.serve(BACKEND, OptionalInt.empty(), true, true);
      Frame frame = Frame.tcp(CLIENT, 40000, VIP, 443, 0x10, new byte[9]).withTrafficClass(0x12);
      assertEquals(OUT_GATEWAY, destination(director.send(frame.toBytes())), rule);
      world.ip("rule add " + rule + " lookup 100");
      assertEquals(
          Actors.GATEWAY_MAC.toString(), destination(director.send(frame.toBytes())), rule);
      world.ip("rule del " + rule + " lookup 100");
    }
    assertEquals(OUT_GATEWAY, destination(director.send(in)));
  }

  /** Where the kernel chooses by ports, those of the outer packet count. */
  @Test
  void shouldSpreadFlowsOverAllNextHops() {
    world.run("sysctl -qw net.ipv4.fib_multipath_hash_policy=1");
    world.ip("neigh add 10.9.0.3 lladdr " + OTHER_GATEWAY + " dev out0");
    world.ip("route replace 10.0.1.1 nexthop via 10.9.0.1 nexthop via 10.9.0.3");
    Set<String> seen = new HashSet<>();
    for (int port = 1; port <= 100; port++) {
      byte[] in = Frame.tcpSyn(CLIENT, port, VIP, 443).toBytes();
      String first = destination(director.send(in));
      assertEquals(first, destination(director.send(in)));
      seen.add(first);
    }
    assertEquals(Set.of(OUT_GATEWAY, OTHER_GATEWAY), seen);
  }

  @Test
  void shouldForgetAnInterfaceThatIsGone() {
    assertEquals(Set.of(EgressWorld.OUT), director.plane().egress());
    world.ip("link del out0");
    assertEquals(Set.of(), director.plane().egress());
  }

  @Test
  void shouldKeepItsInterfacesThroughARestart() {
    director.closeHandles();
    director.open();
    assertEquals(Set.of(EgressWorld.OUT), director.plane().egress());
    byte[] in = AnswerDataPlaneTest.segment(true, 100).toBytes();
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(in));
  }

  @Test
  void shouldGoByPortsAgainWhereTheSettingsSaySo() {
    Frame frame = AnswerDataPlaneTest.segment(true, 1500 - EgressCase.OVERHEAD);
    byte[] in = frame.toBytes();
    world.serve(BACKEND, OptionalInt.empty(), false, false);
    assertSent(wrapped(in, frame, BACKEND), LoadedDirector.TX, in);
    world.serve(BACKEND, OptionalInt.empty());
    assertEquals(Verdict.TX_TOO_BIG, director.verdictOf(in));
  }

  /** All kinds of packets take the same way as without, where routes lead back to the gateway. */
  @Test
  void shouldDoTheSameWithPacketsOfAllKinds() {
    try (PacketWorld routed =
        new PacketWorld(EgressWorld.settings(OptionalInt.empty(), false, true))) {
      world.ip("link set in0 mtu 9000");
      world.ip("route add 10.0.1.0/24 via 10.0.0.1");
      world.ip("route del 10.0.1.1");
      world.ip("route add 2001:db8:1::/64 via 2001:db8::1");
      world.ip("-6 route del 2001:db8:1::1");
      world.receive(routed.director());
      PacketCases.all()
          .forEach(
              packet -> {
                packet.before().forEach(routed.director()::send);
                assertEquals(
                    packet.verdict(), routed.director().verdictOf(packet.frame()), packet.name());
                byte[] expected =
                    packet
                        .flow()
                        .map(
                            flow ->
                                routed.wrapped(
                                    packet.frame(),
                                    packet.innerLength(),
                                    flow,
                                    packet.named(),
                                    packet.port(),
                                    0))
                        .orElse(packet.frame());
                assertArrayEquals(
                    expected, routed.director().send(packet.frame()).packet(), packet.name());
              });
    }
  }
}
