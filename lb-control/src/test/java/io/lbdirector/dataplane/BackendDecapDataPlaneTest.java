package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.DIRECTOR6;
import static io.lbdirector.packet.Actors.STRANGER;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static io.lbdirector.packet.Actors.backend;
import static io.lbdirector.packet.Actors.backend6;
import static io.lbdirector.packet.OuterModel.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.Outcome;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.dataplane.LoadedBackend.Sent;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import io.lbdirector.packet.OuterModel;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the backend program makes of the outer headers, whoever the packet is for: which it takes,
 * from whom, and what is left of them. Needs CAP_BPF, CAP_NET_ADMIN.
 */
@ExtendWith(LeakCheck.class)
class BackendDecapDataPlaneTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] SYN = Frame.tcpSyn(CLIENT, 40000, VIP, 443).toBytes();
  private static final byte[] SYN6 = Frame.tcpSyn(CLIENT6, 40000, VIP6, 443).toBytes();

  /** ECN of RFC 3168: not capable, capable (1), capable (0), congestion experienced. */
  private static final int NOT_ECT = 0;

  private static final int ECT1 = 1;
  private static final int ECT0 = 2;
  private static final int CE = 3;

  private LoadedBackend backend;

  @BeforeEach
  void load() {
    backend = LoadedBackend.open();
  }

  @AfterEach
  void unload() {
    backend.close();
  }

  private static byte[] wrapped(byte[] inner, List<IpAddress> hops) {
    return wrapped(inner, hops, 0);
  }

  private static byte[] wrapped(byte[] inner, List<IpAddress> hops, int trafficClass) {
    int innerLength = inner.length - Frame.ETHERNET_LENGTH;
    return GueModel.encapsulate(inner, innerLength, hops, 0x8123, trafficClass);
  }

  private static List<IpAddress> hops(int count, boolean v4) {
    return IntStream.rangeClosed(1, count).mapToObj(n -> v4 ? backend(n) : backend6(n)).toList();
  }

  private void assertAccepted(Outcome expected, byte[] frame, byte[] delivered) {
    Sent sent = backend.send(frame);
    assertEquals(expected, sent.outcome());
    assertEquals(LoadedDirector.PASS, sent.action());
    assertEquals(HEX.formatHex(delivered), HEX.formatHex(sent.packet()));
  }

  /** With the outcome, what left is what came. */
  private static void assertUntouched(Outcome expected, LoadedBackend by, byte[] frame) {
    Sent sent = by.send(frame);
    assertEquals(expected, sent.outcome());
    assertEquals(
        expected == Outcome.PASSED ? LoadedDirector.PASS : LoadedDirector.DROP, sent.action());
    assertEquals(HEX.formatHex(frame), HEX.formatHex(sent.packet()));
  }

  @Test
  void shouldTakeOffTheOuterHeadersOfEveryFamilyAndNumberOfHops() {
    for (byte[] inner : List.of(SYN, SYN6)) {
      for (int count = 1; count <= 8; count++) {
        for (boolean v4 : new boolean[] {true, false}) {
          byte[] frame = wrapped(inner, hops(count, v4));
          byte[] delivered = frame.clone();
          System.arraycopy(inner, 12, delivered, 12, inner.length - 12);
          assertAccepted(Outcome.SYN, frame, Arrays.copyOf(delivered, inner.length));
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} tags")
  @ValueSource(ints = {1, 2})
  void shouldKeepVlanTags(int tags) {
    for (byte[] inner : List.of(SYN, SYN6)) {
      for (boolean v4 : new boolean[] {true, false}) {
        int[] ids = Arrays.copyOf(new int[] {0x2064, 101}, tags);
        byte[] frame = OuterModel.tagged(wrapped(inner, hops(3, v4)), ids);
        byte[] delivered = OuterModel.stripped(frame);
        assertEquals(inner.length + 4 * tags, delivered.length);
        assertAccepted(Outcome.SYN, frame, delivered);
      }
    }
  }

  @Test
  void shouldLeaveThreeTagsToTheKernel() {
    byte[] two = OuterModel.tagged(wrapped(SYN, hops(2, true)), 5, 6);
    assertUntouched(Outcome.PASSED, backend, OuterModel.tagged(two, 4));
  }

  static Stream<Arguments> malformed() {
    return Stream.of(true, false).flatMap(BackendDecapDataPlaneTest::malformed);
  }

  private static Stream<Arguments> malformed(boolean v4) {
    byte[] two = wrapped(SYN, hops(3, v4));
    String over = " over " + (v4 ? "IPv4" : "IPv6");
    int udp = OuterModel.udpOffset(two);
    int gue = OuterModel.gueOffset(two);
    int inner = OuterModel.innerOffset(two);
    int hlen = two[gue];
    int length = two[udp + 5] & 0xff;
    return Stream.of(
            Arguments.of("GUE variant 1", with(two, gue, 0x40 | hlen)),
            Arguments.of("GUE variant 2", with(two, gue, 0x80 | hlen)),
            Arguments.of("GUE variant 3", with(two, gue, 0xc0 | hlen)),
            Arguments.of("a control message that is none", with(two, gue, 0x20 | hlen)),
            Arguments.of("hlen 0", with(two, gue, 0)),
            Arguments.of("hlen below the hop count", with(two, gue, hlen - 1)),
            Arguments.of("hlen above the hop count", with(two, gue, hlen + 1)),
            Arguments.of("hlen of all ones", with(two, gue, 0x1f)),
            Arguments.of("protocol TCP inside", with(two, gue + 1, 6)),
            Arguments.of("IPv6 promised, IPv4 inside", with(two, gue + 1, 41)),
            Arguments.of("flags", with(two, gue + 3, 1)),
            Arguments.of("high flags", with(two, gue + 2, 0x80)),
            Arguments.of("unknown private data", with(two, gue + 5, 2)),
            Arguments.of("unknown private data, high", with(two, gue + 4, 1)),
            Arguments.of("hops of the other family", with(two, gue + 5, v4 ? 1 : 0)),
            Arguments.of("next hop beyond the hops", with(two, gue + 6, 3)),
            Arguments.of("next hop far beyond the hops", with(two, gue + 6, 255)),
            Arguments.of("more hops than hlen", with(two, gue + 7, 3)),
            Arguments.of("fewer hops than hlen", with(two, gue + 7, 0)),
            Arguments.of("255 hops", with(two, gue + 7, 255)),
            Arguments.of("inner version 5", with(two, inner, 0x55)),
            Arguments.of("inner header of 16 bytes", with(two, inner, 0x44)),
            Arguments.of("UDP length of 7", with(with(two, udp + 5, 7), udp + 4, 0)),
            Arguments.of("UDP length of the header alone", with(two, udp + 5, 8)),
            Arguments.of("UDP that ends in GUE", with(two, udp + 5, 15)),
            Arguments.of("UDP that ends before the inner header", with(two, udp + 5, length - 21)),
            Arguments.of("UDP one byte longer than the frame", with(two, udp + 5, length + 1)),
            Arguments.of("UDP much longer than the frame", with(two, udp + 4, 0xff)),
            Arguments.of("more than seven hops", manyHops(v4)))
        .map(a -> Arguments.of(a.get()[0] + over, a.get()[1]));
  }

  /** Eight hops behind the first; over IPv6 hlen cannot say so, and the low bits are as if. */
  private static byte[] manyHops(boolean v4) {
    byte[] frame = wrapped(SYN, hops(9, v4));
    return v4 ? frame : with(frame, OuterModel.gueOffset(frame), (1 + 8 * 4) & 0x1f);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void shouldDropAndCountWhatContradictsItself(String what, byte[] frame) {
    assertUntouched(Outcome.MALFORMED, backend, frame);
    Count one = new Count(1, frame.length);
    assertEquals(one, backend.stats().vips().get(IpAddress.parse("::")).get(Outcome.MALFORMED));
  }

  @Test
  void shouldNeverAcceptAFrameThatIsCut() {
    for (boolean v4 : new boolean[] {true, false}) {
      byte[] whole = wrapped(SYN, hops(3, v4));
      int behindUdp = OuterModel.gueOffset(whole);
      for (int length = 14; length < whole.length; length++) {
        Outcome expected = length < behindUdp ? Outcome.PASSED : Outcome.MALFORMED;
        assertUntouched(expected, backend, Arrays.copyOf(whole, length));
      }
      assertEquals(Outcome.SYN, backend.send(whole).outcome());
    }
  }

  @Test
  void shouldNotTakePaddingForAPacket() {
    byte[] whole = wrapped(SYN, hops(2, true));
    int udp = OuterModel.udpOffset(whole);
    for (int length = 8; length < 8 + 12 + 20; length++) {
      assertUntouched(Outcome.MALFORMED, backend, with(whole, udp + 5, length));
    }
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
        Arguments.of("a first fragment", with(gue, 20, 0x20)),
        Arguments.of("IPv4 options", with(gue, 14, 0x46)),
        Arguments.of("outer version 5", with(gue, 14, 0x55)),
        Arguments.of("outer version 4 in IPv6", with(gue6, 14, 0x40)),
        Arguments.of("extension header outside", with(gue6, 20, 0)),
        Arguments.of("TCP to that port", with(gue, 23, 6)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("others")
  void shouldPassUntouchedWhatNoDirectorSends(String what, byte[] frame) {
    assertUntouched(Outcome.PASSED, backend, frame);
    assertEquals(0, backend.stats().vips().size(), "passing by takes no entry");
  }

  @Test
  void shouldListenOnThePortThatItIsLoadedWith() {
    try (LoadedBackend other = LoadedBackend.open(6080)) {
      byte[] usual = wrapped(SYN, hops(2, true));
      byte[] moved = with(with(usual, 36, 6080 >> 8), 37, 6080 & 0xff);
      assertEquals(Outcome.PASSED, other.send(usual).outcome());
      assertEquals(Outcome.SYN, other.send(moved).outcome());
    }
  }

  @Test
  void shouldRefuseEverybodyAsLoaded() {
    try (LoadedBackend closed = LoadedBackend.asLoaded()) {
      assertUntouched(Outcome.REFUSED_SOURCE, closed, wrapped(SYN, hops(2, true)));
      assertUntouched(Outcome.REFUSED_SOURCE, closed, wrapped(SYN6, hops(2, false)));
      assertUntouched(Outcome.PASSED, closed, SYN);
    }
  }

  @Test
  void shouldTakePacketsFromTheListedNetworksOnly() {
    try (LoadedBackend closed = LoadedBackend.asLoaded()) {
      byte[] from4 = wrapped(SYN, hops(2, true));
      byte[] from6 = wrapped(SYN, hops(2, false));
      closed.allow(new Prefix(IpAddress.parse("10.0.0.0"), 30));
      assertEquals(Outcome.SYN, closed.send(from4).outcome());
      assertUntouched(Outcome.REFUSED_SOURCE, closed, with(from4, 29, 4)); // 10.0.0.4
      assertUntouched(Outcome.REFUSED_SOURCE, closed, from6);
      closed.allow(Prefix.host(DIRECTOR6));
      assertEquals(Outcome.SYN, closed.send(from6).outcome());
      assertUntouched(Outcome.REFUSED_SOURCE, closed, with(from6, 37, 3)); // 2001:db8::3
      closed.allow(new Prefix(IpAddress.parse("0.0.0.0"), 0));
      assertEquals(Outcome.SYN, closed.send(with(from4, 26, 11)).outcome());
      assertUntouched(Outcome.REFUSED_SOURCE, closed, with(from6, 37, 3));
    }
  }

  @Test
  void shouldTakePacketsForTheListedVipsOnly() {
    backend.onlyFor(VIP6, VIP);
    byte[] other = Frame.tcpSyn(CLIENT, 40000, STRANGER, 443).toBytes();
    for (boolean v4 : new boolean[] {true, false}) {
      assertEquals(Outcome.SYN, backend.send(wrapped(SYN, hops(2, v4))).outcome());
      assertEquals(Outcome.SYN, backend.send(wrapped(SYN6, hops(2, v4))).outcome());
      assertUntouched(Outcome.REFUSED_VIP, backend, wrapped(other, hops(2, v4)));
    }
    assertEquals(
        List.of(VIP, IpAddress.parse("::"), VIP6), List.copyOf(backend.stats().vips().keySet()));
  }

  @Test
  void shouldCountEachVipOnItsOwn() {
    byte[] echo = wrapped(Frame.echoRequest(CLIENT6, VIP6).toBytes(), hops(2, true));
    byte[] syn = wrapped(SYN, hops(2, true));
    backend.send(syn);
    backend.send(syn);
    backend.send(echo);
    BackendStats stats = backend.stats();
    assertEquals(List.of(VIP, VIP6), List.copyOf(stats.vips().keySet()));
    assertEquals(new Count(2, 2L * syn.length), stats.vips().get(VIP).get(Outcome.SYN));
    assertEquals(new Count(1, echo.length), stats.vips().get(VIP6).get(Outcome.STATELESS));
    assertEquals(new Count(0, 0), stats.vips().get(VIP6).get(Outcome.SYN));
    assertEquals(new Count(2, 2L * syn.length), stats.total().get(Outcome.SYN));
    assertEquals(3, stats.total().values().stream().mapToLong(Count::packets).sum());
  }

  @Test
  void shouldMarkInsideWhatWasMarkedOutside() {
    for (boolean v4Inside : new boolean[] {true, false}) {
      for (boolean v4 : new boolean[] {true, false}) {
        for (int inside : new int[] {ECT0, ECT1, CE}) {
          byte[] frame = wrapped(syn(v4Inside, 0xb8 | inside), hops(3, v4), CE);
          byte[] marked = OuterModel.stripped(wrapped(syn(v4Inside, 0xb8 | CE), hops(3, v4), CE));
          assertAccepted(Outcome.SYN, frame, marked);
        }
      }
    }
  }

  @Test
  void shouldDropWhatIsMarkedIfTheFlowDoesNotKnowMarks() {
    for (boolean v4Inside : new boolean[] {true, false}) {
      for (boolean v4 : new boolean[] {true, false}) {
        byte[] inner = syn(v4Inside, 0xb8 | NOT_ECT);
        assertUntouched(Outcome.REFUSED_ECN, backend, wrapped(inner, hops(3, v4), CE));
        for (int outside : new int[] {NOT_ECT, ECT0, ECT1}) {
          byte[] frame = wrapped(inner, hops(3, v4), outside);
          assertAccepted(Outcome.SYN, frame, OuterModel.stripped(frame));
        }
      }
    }
  }

  private static byte[] syn(boolean v4, int trafficClass) {
    Frame syn =
        v4 ? Frame.tcpSyn(CLIENT, 40000, VIP, 443) : Frame.tcpSyn(CLIENT6, 40000, VIP6, 443);
    return syn.withTrafficClass(trafficClass).toBytes();
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
      byte[] delivered = backend.send(onTheWire).packet();
      assertEquals(Actors.GATEWAY_MAC.toString().replace(":", ""), HEX.formatHex(delivered, 0, 6));
      assertEquals(
          HEX.formatHex(SYN, 12, SYN.length), HEX.formatHex(delivered, 12, delivered.length));
    }
  }
}
