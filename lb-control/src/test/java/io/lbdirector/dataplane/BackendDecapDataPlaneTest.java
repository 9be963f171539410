package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static io.lbdirector.packet.Actors.backend;
import static io.lbdirector.packet.Actors.backend6;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.ConstantsLayout;
import io.lbdirector.abi.Outcome;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the backend program makes of the director's packets. Needs CAP_BPF, CAP_NET_ADMIN. */
@ExtendWith(LeakCheck.class)
class BackendDecapDataPlaneTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] SYN = Frame.tcpSyn(CLIENT, 40000, VIP, 443).toBytes();
  private static final byte[] SYN6 = Frame.tcpSyn(CLIENT6, 40000, VIP6, 443).toBytes();

  private BpfObject object;
  private BpfProgram program;
  private BpfMap outcomes;

  @BeforeEach
  void load() {
    object = BpfObject.open("lb_backend", BpfObjects.backend());
    object.load();
    program = object.program("lb_backend");
    outcomes = object.map(Abi.OUTCOMES);
  }

  @AfterEach
  void unload() {
    outcomes.close();
    program.close();
    object.close();
  }

  private static byte[] wrapped(byte[] inner, List<IpAddress> hops) {
    return GueModel.encapsulate(inner, inner.length - Frame.ETHERNET_LENGTH, hops, 0x8123, 0);
  }

  private static List<IpAddress> hops(int count, boolean v4) {
    return IntStream.rangeClosed(1, count).mapToObj(n -> v4 ? backend(n) : backend6(n)).toList();
  }

  /** The inner packet behind the Ethernet addresses that the outer one came with. */
  private static String stripped(byte[] outer, byte[] inner) {
    return HEX.formatHex(outer, 0, 12) + HEX.formatHex(inner, 12, inner.length);
  }

  private void assertOutcome(Outcome expected, byte[] frame) {
    long[] before = outcomes.sumPerCpu(0, Outcome.values().length);
    program.testRun(frame, 1);
    long[] after = outcomes.sumPerCpu(0, Outcome.values().length);
    for (Outcome outcome : Outcome.values()) {
      int at = 2 * outcome.ordinal();
      boolean counted = outcome == expected;
      assertEquals(counted ? 1 : 0, after[at] - before[at], () -> outcome + " packets");
      assertEquals(counted ? frame.length : 0, after[at + 1] - before[at + 1]);
    }
  }

  @Test
  void shouldTakeOffTheOuterHeadersOfEveryFamilyAndNumberOfHops() {
    for (byte[] inner : List.of(SYN, SYN6)) {
      for (int count = 1; count <= 4; count++) {
        for (boolean v4 : new boolean[] {true, false}) {
          byte[] frame = wrapped(inner, hops(count, v4));
          TestRun out = program.testRun(frame, 1);
          assertEquals(LoadedDirector.PASS, out.result());
          assertEquals(stripped(frame, inner), HEX.formatHex(out.packet()));
          assertOutcome(Outcome.ACCEPTED, frame);
        }
      }
    }
  }

  static Stream<Arguments> malformed() {
    byte[] two = wrapped(SYN, hops(2, true));
    int gue = 14 + 20 + 8;
    return Stream.of(
        Arguments.of("GUE variant 1", with(two, gue, 0x42)),
        Arguments.of("control message", with(two, gue, 0x22)),
        Arguments.of("hlen below the hop count", with(two, gue, 1)),
        Arguments.of("hlen above the hop count", with(two, gue, 3)),
        Arguments.of("protocol TCP inside", with(two, gue + 1, 6)),
        Arguments.of("IPv6 promised, IPv4 inside", with(two, gue + 1, 41)),
        Arguments.of("flags", with(two, gue + 3, 1)),
        Arguments.of("unknown private data", with(two, gue + 5, 2)),
        Arguments.of("IPv6 hops in too little room", with(two, gue + 5, 1)),
        Arguments.of("next hop beyond the hops", with(two, gue + 6, 2)),
        Arguments.of("more hops than hlen", with(two, gue + 7, 2)),
        Arguments.of("fewer hops than hlen", with(two, gue + 7, 0)),
        Arguments.of("inner version 5", with(two, gue + 12, 0x55)));
  }

  private static byte[] with(byte[] frame, int at, int value) {
    byte[] changed = frame.clone();
    changed[at] = (byte) value;
    return changed;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void shouldDropAndCountWhatContradictsItself(String what, byte[] frame) {
    assertEquals(LoadedDirector.DROP, program.testRun(frame, 1).result());
    assertOutcome(Outcome.MALFORMED, frame);
  }

  @Test
  void shouldNeverAcceptAFrameThatIsCutBeforeTheEndOfTheInnerHeader() {
    byte[] whole = wrapped(SYN, hops(3, true));
    int beforeGue = 14 + 20 + 8;
    int innerEnd = beforeGue + 8 + 8 + 20;
    for (int length = 14; length < innerEnd; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertOutcome(length < beforeGue ? Outcome.PASSED : Outcome.MALFORMED, cut);
    }
    assertOutcome(Outcome.ACCEPTED, Arrays.copyOf(whole, innerEnd));
  }

  static Stream<Arguments> others() {
    byte[] gue = wrapped(SYN, hops(2, true));
    byte[] gue6 = wrapped(SYN, hops(2, false));
    return Stream.of(
        Arguments.of("plain TCP", SYN),
        Arguments.of("plain TCP over IPv6", SYN6),
        Arguments.of("ARP", with(gue, 13, 0x06)),
        Arguments.of("another UDP port", with(gue, 37, 0x44)),
        Arguments.of("another UDP port over IPv6", with(gue6, 57, 0x44)),
        Arguments.of("a fragment", with(gue, 21, 1)),
        Arguments.of("IPv4 options", with(gue, 14, 0x46)),
        Arguments.of("TCP to that port", with(gue, 23, 6)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("others")
  void shouldPassUntouchedWhatNoDirectorSends(String what, byte[] frame) {
    TestRun out = program.testRun(frame, 1);
    assertEquals(LoadedDirector.PASS, out.result());
    assertEquals(HEX.formatHex(frame), HEX.formatHex(out.packet()));
    assertOutcome(Outcome.PASSED, frame);
  }

  @Test
  void shouldListenOnThePortThatItIsLoadedWith() {
    try (BpfObject other = BpfObject.open("lb_backend", BpfObjects.backend())) {
      other.setRodata(ConstantsLayout.encode(6080));
      other.load();
      try (BpfProgram onOtherPort = other.program("lb_backend")) {
        byte[] usual = wrapped(SYN, hops(2, true));
        byte[] moved = with(with(usual, 36, 6080 >> 8), 37, 6080 & 0xff);
        assertEquals(usual.length, onOtherPort.testRun(usual, 1).packet().length);
        assertEquals(SYN.length, onOtherPort.testRun(moved, 1).packet().length);
      }
    }
  }

  @Test
  void shouldUndoWhatTheDirectorDoes() {
    try (LoadedDirector director = new LoadedDirector()) {
      director.publish(
          new DesiredState(
              LoadedDirector.SETTINGS,
              List.of(
                  LoadedDirector.table("web", hops(3, true), Bind.exact(VIP, Protocol.TCP, 443)))));
      byte[] onTheWire = director.send(SYN).packet();
      byte[] delivered = program.testRun(onTheWire, 1).packet();
      assertEquals(Actors.GATEWAY_MAC.toString().replace(":", ""), HEX.formatHex(delivered, 0, 6));
      assertEquals(
          HEX.formatHex(SYN, 12, SYN.length), HEX.formatHex(delivered, 12, delivered.length));
    }
  }
}
