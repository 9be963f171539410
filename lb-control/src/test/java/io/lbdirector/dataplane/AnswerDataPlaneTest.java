package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the director answers by itself, byte for byte. Needs CAP_BPF, CAP_NET_ADMIN. */
@ExtendWith(LeakCheck.class)
class AnswerDataPlaneTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final int TCP_HEADER = 20;
  private static final int GUE = 8 + 8;

  private LoadedDirector director;

  @BeforeEach
  void load() {
    director = new LoadedDirector();
  }

  @AfterEach
  void unload() {
    director.close();
  }

  private void serve(Echo echo, OptionalInt mtu, int hops, boolean over6) {
    serve(echo, mtu, hops, over6, false);
  }

  private void serve(Echo echo, OptionalInt mtu, int hops, boolean over6, boolean ipip) {
    List<IpAddress> backends =
        IntStream.rangeClosed(1, 5)
            .mapToObj(i -> over6 ? Actors.backend6(i) : Actors.backend(i))
            .toList();
    Settings settings =
        new Settings(
            Optional.of(Actors.DIRECTOR),
            Optional.of(Actors.DIRECTOR6),
            false,
            echo,
            mtu,
            OptionalInt.empty(),
            false);
    DesiredState.Table table =
        LoadedDirector.table(
            "web",
            LoadedDirector.rows(hops, backends),
            Bind.exact(VIP, Protocol.TCP, 443),
            Bind.exact(VIP6, Protocol.TCP, 443));
    director.publish(
        new DesiredState(settings, List.of(ipip ? LoadedDirector.ipip(table) : table)));
  }

  /** A segment in an IP packet of {@code length} bytes. */
  static Frame segment(boolean v4, int length) {
    byte[] payload = new byte[length - (v4 ? 20 : 40) - TCP_HEADER];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (i * 7);
    }
    return v4
        ? Frame.tcp(CLIENT, 40000, VIP, 443, 0x10, payload)
        : Frame.tcp(CLIENT6, 40000, VIP6, 443, 0x10, payload);
  }

  private static byte[] swappedMacs(byte[] frame) {
    byte[] swapped = frame.clone();
    System.arraycopy(frame, 6, swapped, 0, 6);
    System.arraycopy(frame, 0, swapped, 6, 6);
    return swapped;
  }

  /** Written from RFC 792 and 1191, and RFC 4443. */
  static byte[] tooBig(byte[] received, int mtu) {
    boolean v4 = received[12] == 0x08;
    int quote = v4 ? 576 - 28 : 1280 - 48;
    int header = v4 ? 20 : 40;
    ByteBuffer frame = ByteBuffer.allocate(14 + header + 8 + quote);
    frame.put(swappedMacs(received), 0, 14);
    byte[] icmp =
        ByteBuffer.allocate(8 + quote)
            .put((byte) (v4 ? 3 : 2))
            .put((byte) (v4 ? 4 : 0))
            .putShort((short) 0)
            .putInt(mtu)
            .put(received, 14, quote)
            .array();
    if (v4) {
      byte[] ip =
          ByteBuffer.allocate(20)
              .put((byte) 0x45)
              .put((byte) 0)
              .putShort((short) 576)
              .putInt(0x4000)
              .put((byte) 64)
              .put((byte) 1)
              .putShort((short) 0)
              .put(VIP.toBytes())
              .put(CLIENT.toBytes())
              .array();
      ByteBuffer.wrap(ip).putShort(10, Frame.checksum(ip));
      ByteBuffer.wrap(icmp).putShort(2, Frame.checksum(icmp));
      frame.put(ip);
    } else {
      frame.putInt(6 << 28).putShort((short) (8 + quote)).put((byte) 58).put((byte) 64);
      frame.put(VIP6.toBytes()).put(CLIENT6.toBytes());
      byte[] pseudo =
          ByteBuffer.allocate(40 + icmp.length)
              .put(VIP6.toBytes())
              .put(CLIENT6.toBytes())
              .putInt(icmp.length)
              .putInt(58)
              .put(icmp)
              .array();
      ByteBuffer.wrap(icmp).putShort(2, Frame.checksum(pseudo));
    }
    return frame.put(icmp).array();
  }

  @ParameterizedTest(name = "client over IPv{0}, backends over IPv{1}, {2} hops")
  @CsvSource({"4,4,1", "4,4,2", "4,4,4", "4,6,2", "6,4,2", "6,6,1", "6,6,3"})
  void shouldTellTheSenderOfAPacketThatIsTooBig(int client, int backends, int hops) {
    int address = backends == 4 ? 4 : 16;
    int room = 1500 - (backends == 4 ? 20 : 40) - GUE - (hops - 1) * address;
    serve(Echo.FORWARD, OptionalInt.empty(), hops, backends == 6);
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(segment(client == 4, room).toBytes()));
    byte[] in = segment(client == 4, room + 1).toBytes();
    assertEquals(Verdict.TX_TOO_BIG, director.verdictOf(in));
    TestRun out = director.send(in);
    assertEquals(HEX.formatHex(tooBig(in, room)), HEX.formatHex(out.packet()));
    assertEquals(LoadedDirector.TX, out.result());
  }

  @ParameterizedTest(name = "client over IPv{0}, backends over IPv{1}")
  @CsvSource({"4,4", "4,6", "6,4", "6,6"})
  void shouldCountTheOuterIpHeaderAloneForIpip(int client, int backends) {
    int room = 1500 - (backends == 4 ? 20 : 40);
    serve(Echo.FORWARD, OptionalInt.empty(), 1, backends == 6, true);
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(segment(client == 4, room).toBytes()));
    byte[] in = segment(client == 4, room + 1).toBytes();
    assertEquals(Verdict.TX_TOO_BIG, director.verdictOf(in));
    assertEquals(HEX.formatHex(tooBig(in, room)), HEX.formatHex(director.send(in).packet()));
  }

  @Test
  void shouldNotCountPaddingForLength() {
    serve(Echo.FORWARD, OptionalInt.empty(), 1, false);
    Frame padded = segment(true, 1500 - 20 - GUE).withPadding(40);
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(padded.toBytes()));
    byte[] in = segment(true, 1500 - 20 - GUE + 1).withPadding(40).toBytes();
    assertArrayEquals(tooBig(in, 1500 - 20 - GUE), director.send(in).packet());
  }

  @Test
  void shouldGoByTheSmallerOfTheInterfaceAndTheSettings() {
    serve(Echo.FORWARD, OptionalInt.of(1400), 1, false);
    byte[] in = segment(true, 1400 - 20 - GUE + 1).toBytes();
    assertArrayEquals(tooBig(in, 1400 - 20 - GUE), director.send(in).packet());
    serve(Echo.FORWARD, OptionalInt.of(9000), 1, false);
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(in));
    in = segment(true, 1500 - 20 - GUE + 1).toBytes();
    assertArrayEquals(tooBig(in, 1500 - 20 - GUE), director.send(in).packet());
  }

  @Test
  void shouldDropQuietlyWhatNoErrorCanQuote() {
    serve(Echo.FORWARD, OptionalInt.of(576), 1, false);
    assertEquals(Verdict.DROP_TOO_BIG, director.verdictOf(segment(true, 547).toBytes()));
    assertEquals(Verdict.TX_TOO_BIG, director.verdictOf(segment(true, 548).toBytes()));
    assertEquals(Verdict.DROP_TOO_BIG, director.verdictOf(segment(false, 1231).toBytes()));
    assertEquals(Verdict.TX_TOO_BIG, director.verdictOf(segment(false, 1232).toBytes()));
  }

  /** An error about an error, or about a fragment that says nothing of its flow, helps nobody. */
  @Test
  void shouldNotTellOfErrorsNorOfLaterFragments() {
    serve(Echo.FORWARD, OptionalInt.empty(), 1, false);
    byte[] quote = new byte[1480 - 8];
    System.arraycopy(
        Frame.tcp(VIP, 443, CLIENT, 40000, 0x10, new byte[0]).ipPacket(), 0, quote, 0, 40);
    assertEquals(
        Verdict.DROP_TOO_BIG, director.verdictOf(Frame.icmp(CLIENT, VIP, 3, 4, quote).toBytes()));
    Frame later = Frame.ip(CLIENT, VIP, Frame.ICMP, new byte[1480]).withFragmentField(185);
    assertEquals(Verdict.DROP_TOO_BIG, director.verdictOf(later.toBytes()));
  }

  @Test
  void shouldKeepTheTagsOfWhatItAnswers() {
    serve(Echo.REPLY, OptionalInt.empty(), 1, false);
    byte[] in = segment(true, 1490).toBytes();
    byte[] tagged = segment(true, 1490).withTags(0x81000007).toBytes();
    assertEquals(Verdict.TX_TOO_BIG, director.verdictOf(tagged));
    String answer = HEX.formatHex(tooBig(in, 1500 - 20 - GUE));
    String tag = "81000007";
    assertEquals(
        answer.substring(0, 24) + tag + answer.substring(24),
        HEX.formatHex(director.send(tagged).packet()));
    String echo = HEX.formatHex(director.send(Frame.echoRequest(CLIENT, VIP).toBytes()).packet());
    assertEquals(
        echo.substring(0, 24) + tag + echo.substring(24),
        HEX.formatHex(
            director.send(Frame.echoRequest(CLIENT, VIP).withTags(0x81000007).toBytes()).packet()));
  }

  @Test
  void shouldLeaveUnusualEchoToABackend() {
    serve(Echo.REPLY, OptionalInt.empty(), 2, false);
    Frame ping = Frame.echoRequest(CLIENT, VIP);
    assertEquals(Verdict.TX_ECHO, director.verdictOf(ping.toBytes()));
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(ping.withOptions(new byte[4]).toBytes()));
    assertEquals(
        Verdict.TX_FORWARDED, director.verdictOf(ping.withFragmentField(0x2000).toBytes()));
    byte[] pong = Frame.icmp(VIP, CLIENT, 0, 0, new byte[8]).ipPacket();
    byte[] error = Frame.icmpError(Actors.ROUTER, VIP, 3, 1, 0, pong).toBytes();
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(error));
  }

  @Test
  @Tag("flood")
  void shouldNotAnswerAFlood() {
    serve(Echo.FORWARD, OptionalInt.empty(), 2, false);
    byte[] in = segment(true, 1490).toBytes();
    Map<Verdict, Integer> seen = new EnumMap<>(Verdict.class);
    for (int i = 0; i < 200_000 && !seen.containsKey(Verdict.DROP_TOO_BIG); i++) {
      TestRun out = director.send(in);
      boolean answered = out.result() == LoadedDirector.TX;
      seen.merge(answered ? Verdict.TX_TOO_BIG : Verdict.DROP_TOO_BIG, 1, Integer::sum);
    }
    assertTrue(seen.get(Verdict.TX_TOO_BIG) >= 100, "a burst is answered: " + seen);
    assertEquals(1, seen.get(Verdict.DROP_TOO_BIG), seen.toString());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldAnswerEchoRequests(boolean v4) {
    IpAddress client = v4 ? CLIENT : CLIENT6;
    IpAddress vip = v4 ? VIP : VIP6;
    serve(Echo.REPLY, OptionalInt.empty(), 2, false);
    for (int length = 0; length < 60; length++) {
      byte[] payload = new byte[length];
      Arrays.fill(payload, (byte) (0xff - length));
      byte[] in = Frame.icmp(client, vip, v4 ? 8 : 128, 0, payload).withPadding(9).toBytes();
      assertEquals(Verdict.TX_ECHO, director.verdictOf(in));
      byte[] reply =
          swappedMacs(Frame.icmp(vip, client, v4 ? 0 : 129, 0, payload).withPadding(9).toBytes());
      reply[14 + (v4 ? 8 : 7)] = 64;
      if (v4) {
        ByteBuffer.wrap(reply).putShort(24, (short) 0);
        ByteBuffer.wrap(reply).putShort(24, Frame.checksum(Arrays.copyOfRange(reply, 14, 34)));
      } else {
        Arrays.fill(reply, 15, 18, (byte) 0);
        System.arraycopy(in, 15, reply, 15, 3); // the flow label goes back as it came
      }
      assertEquals(HEX.formatHex(reply), HEX.formatHex(director.send(in).packet()));
    }
  }
}
