package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static io.lbdirector.packet.Actors.backend;
import static io.lbdirector.packet.Actors.backend6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.lbdirector.abi.Outcome;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.LoadedBackend.Sent;
import io.lbdirector.dataplane.SocketHost.Established;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.RawFrameSocket;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import io.lbdirector.packet.OuterModel;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who keeps a packet, with real sockets. Needs root: a network namespace, CAP_BPF. */
@ExtendWith(LeakCheck.class)
class SecondChanceDataPlaneTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final int FIN = 1;
  private static final int SYN = 2;
  private static final int RST = 4;
  private static final int ACK = 16;
  private static final boolean[] BOTH = {true, false};

  private SocketHost host;

  @BeforeEach
  void open() throws Exception {
    host = new SocketHost(1);
  }

  @AfterEach
  void close() {
    host.close();
  }

  /** Backends from the first on. */
  private static List<IpAddress> chain(int hops, boolean v4) {
    return IntStream.rangeClosed(1, hops).mapToObj(n -> v4 ? backend(n) : backend6(n)).toList();
  }

  private static byte[] wrapped(Frame inner, int hops, boolean v4) {
    return wrapped(inner, chain(hops, v4));
  }

  private static byte[] wrapped(Frame inner, List<IpAddress> hops) {
    byte[] frame = inner.toBytes();
    return GueModel.encapsulate(frame, frame.length - Frame.ETHERNET_LENGTH, hops, 0x8123, 0);
  }

  /** A segment that no socket knows. */
  private static Frame stranger(boolean v4, int flags) {
    return Frame.tcp(v4 ? CLIENT : CLIENT6, 1, v4 ? VIP : VIP6, 443, flags, new byte[] {7, 7});
  }

  private void assertKept(Outcome expected, byte[] frame) throws Exception {
    assertKept(expected, host, frame);
  }

  private static void assertKept(Outcome expected, SocketHost by, byte[] frame) throws Exception {
    Sent sent = by.send(frame);
    assertEquals(expected, sent.outcome());
    assertEquals(LoadedDirector.PASS, sent.action());
    assertEquals(HEX.formatHex(OuterModel.stripped(frame)), HEX.formatHex(sent.packet()));
  }

  /**
   * @param hop index of the hop that it must go to
   * @return the frame as it leaves
   */
  private byte[] assertForwarded(int hop, byte[] frame) throws Exception {
    Sent sent = host.send(frame);
    assertEquals(Outcome.FORWARDED, sent.outcome());
    assertEquals(LoadedDirector.TX, sent.action());
    assertEquals(HEX.formatHex(OuterModel.forwarded(frame, hop)), HEX.formatHex(sent.packet()));
    return sent.packet();
  }

  @Test
  void shouldKeepWhatBeginsAConnection() throws Exception {
    for (boolean v4 : BOTH) {
      for (boolean outer4 : BOTH) {
        assertKept(Outcome.SYN, wrapped(stranger(v4, SYN), 3, outer4));
        assertKept(Outcome.SYN, wrapped(stranger(v4, SYN | 0xc0), 3, outer4)); // asks for ECN
      }
    }
  }

  @Test
  void shouldKeepEverySegmentOfAConnectionThatASocketKnows() throws Exception {
    for (boolean v4 : BOTH) {
      Established connection = host.connect(v4);
      for (boolean outer4 : BOTH) {
        for (int flags : new int[] {ACK, FIN | ACK, RST, 0, SYN | ACK}) {
          assertKept(Outcome.KNOWN, wrapped(connection.segment(flags), 2, outer4));
        }
      }
    }
  }

  @Test
  void shouldKeepWhatIsInTimeWait() throws Exception {
    for (boolean v4 : BOTH) {
      Established connection = host.connect(v4);
      connection.closeVipFirst();
      assertKept(Outcome.KNOWN, wrapped(connection.segment(FIN | ACK), 2, v4));
    }
  }

  @Test
  void shouldForgetConnectionsThatAreGone() throws Exception {
    for (boolean v4 : BOTH) {
      Established connection = host.connect(v4);
      connection.abort();
      assertForwarded(0, wrapped(connection.segment(ACK), 2, v4));
    }
  }

  @Test
  void shouldForwardStrangersToTheNextHopAndChangeNothingElse() throws Exception {
    for (boolean v4 : BOTH) {
      for (boolean outer4 : BOTH) {
        for (int flags : new int[] {ACK, FIN | ACK, RST, 0, SYN | ACK}) {
          assertForwarded(0, wrapped(stranger(v4, flags), 2, outer4));
        }
      }
    }
  }

  @Test
  void shouldForwardWhereNobodyListens() throws Exception {
    Frame nobody = Frame.tcp(CLIENT, 40000, VIP, 444, ACK, new byte[0]);
    assertForwarded(0, wrapped(nobody, 2, true));
  }

  @Test
  void shouldKeepVlanTagsOfWhatIsForwarded() throws Exception {
    for (boolean outer4 : BOTH) {
      byte[] frame = wrapped(stranger(true, ACK), 2, outer4);
      assertForwarded(0, OuterModel.tagged(frame, 0x2064));
      assertForwarded(0, OuterModel.tagged(frame, 0x2064, 101));
    }
  }

  @Test
  void shouldKeepTheOuterUdpChecksumRight() throws Exception {
    for (boolean outer4 : BOTH) {
      for (int client = 1; client <= 300; client++) {
        Frame inner = Frame.tcp(CLIENT, client, VIP, 443, ACK, new byte[client % 5]);
        assertForwarded(0, OuterModel.withUdpChecksum(wrapped(inner, 3, outer4)));
      }
      byte[] tagged = OuterModel.tagged(wrapped(stranger(false, ACK), 2, outer4), 9);
      assertForwarded(0, OuterModel.withUdpChecksum(tagged));
    }
  }

  @ParameterizedTest(name = "{0} hops behind the first")
  @ValueSource(ints = {1, 2, 3, 7})
  void shouldPassUnknownHopsToTheEndOfTheChain(int behind) throws Exception {
    for (boolean v4 : BOTH) {
      byte[] frame = OuterModel.withUdpChecksum(wrapped(stranger(v4, ACK), behind + 1, v4));
      for (int hop = 0; hop < behind; hop++) {
        frame = assertForwarded(hop, frame);
      }
      assertKept(Outcome.LAST_RESORT, frame);
    }
  }

  /** Chains of three and four: hops that do not know the connection, and then its owner. */
  @ParameterizedTest(name = "{0} hops")
  @ValueSource(ints = {3, 4})
  void shouldReachTheOwnerAtTheEndOfTheChain(int hops) throws Exception {
    try (SocketHost owner = new SocketHost(1)) {
      for (boolean v4 : BOTH) {
        Established connection = owner.connect(v4);
        byte[] frame = wrapped(connection.segment(ACK), hops, v4);
        for (int hop = 0; hop < hops - 1; hop++) {
          frame = assertForwarded(hop, frame);
        }
        assertKept(Outcome.KNOWN, owner, frame);
      }
    }
  }

  @Test
  void shouldSkipItself() throws Exception {
    for (boolean v4 : BOTH) {
      IpAddress self = chain(1, v4).get(0);
      IpAddress other = chain(2, v4).get(1);
      Frame unknown = stranger(v4, ACK);
      assertForwarded(1, wrapped(unknown, List.of(self, self, other)));
      assertForwarded(2, wrapped(unknown, List.of(self, self, self, other, self)));
      assertKept(Outcome.TO_SELF, wrapped(unknown, List.of(self, self)));
      assertKept(Outcome.TO_SELF, wrapped(unknown, List.of(self, self, self, self)));
      assertKept(Outcome.LAST_RESORT, wrapped(unknown, List.of(self)));
    }
  }

  @Test
  void shouldKeepEverythingThatIsNotTcp() throws Exception {
    byte[] eight = {1, 2, 3, 4, 5, 6, 7, 8};
    byte[] unknown4 = stranger(true, ACK).ipPacket();
    byte[] unknown6 = stranger(false, ACK).ipPacket();
    List<Frame> stateless =
        List.of(
            Frame.udp(CLIENT, 40000, VIP, 53, eight),
            Frame.udp(CLIENT6, 40000, VIP6, 53, eight),
            Frame.echoRequest(CLIENT, VIP),
            Frame.echoRequest(CLIENT6, VIP6),
            Frame.ip(CLIENT, VIP, 132, eight), // SCTP
            Frame.ip(CLIENT6, VIP6, 59, eight), // nothing behind
            Frame.icmp(CLIENT, VIP, 5, 0, unknown4), // redirect
            Frame.icmp(CLIENT6, VIP6, 137, 0, unknown6),
            Frame.icmp(CLIENT, VIP, 3, 4, new byte[4]), // quotes next to nothing
            Frame.icmp(CLIENT6, VIP6, 2, 0, new byte[4]),
            Frame.icmp(CLIENT, VIP, 3, 3, Frame.udp(VIP, 53, CLIENT, 9, eight).ipPacket()),
            Frame.icmp(CLIENT6, VIP6, 1, 4, Frame.udp(VIP6, 53, CLIENT6, 9, eight).ipPacket()),
            Frame.ip(CLIENT, VIP, Frame.TCP, eight)); // cut short
    for (Frame inner : stateless) {
      for (boolean outer4 : BOTH) {
        assertKept(Outcome.STATELESS, wrapped(inner, 3, outer4));
      }
    }
  }

  @Test
  void shouldKeepEveryFragment() throws Exception {
    for (int field : new int[] {0x2000, 0x2001, 0x0001, 0x1fff}) {
      assertKept(Outcome.STATELESS, wrapped(stranger(true, ACK).withFragmentField(field), 2, true));
    }
    for (int field : new int[] {0x0001, 0x0009, 0x0008, 0xfff8}) {
      ByteBuffer header = ByteBuffer.allocate(8).put((byte) Frame.TCP).put((byte) 0);
      header.putShort((short) field).putInt(77);
      assertKept(Outcome.STATELESS, wrapped(extended(44, header.array()), 2, false));
    }
    assertForwarded(0, wrapped(stranger(true, ACK).withFragmentField(0x4000), 2, true));
  }

  /** An unknown segment behind IPv6 extension headers, of which the first is {@code protocol}. */
  private static Frame extended(int protocol, byte[]... headers) {
    byte[] packet = stranger(false, ACK).ipPacket();
    return extended(packet, protocol, headers);
  }

  private static Frame extended(byte[] packet, int protocol, byte[]... headers) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    for (byte[] header : headers) {
      payload.writeBytes(header);
    }
    payload.write(packet, 40, packet.length - 40);
    IpAddress source = IpAddress.of(Arrays.copyOfRange(packet, 8, 24));
    IpAddress destination = IpAddress.of(Arrays.copyOfRange(packet, 24, 40));
    return Frame.ip(source, destination, protocol, payload.toByteArray());
  }

  /** An extension header of {@code length} bytes; the length field counts in {@code unit}s. */
  private static byte[] extension(int next, int length, int unit, int without) {
    byte[] header = new byte[length];
    header[0] = (byte) next;
    header[1] = (byte) (length / unit - without);
    return header;
  }

  @Test
  void shouldFindTcpBehindOptionsAndExtensionHeaders() throws Exception {
    Established connection = host.connect(true);
    for (int words = 1; words <= 10; words++) {
      byte[] options = new byte[4 * words];
      Arrays.fill(options, (byte) 1);
      Frame known = connection.segment(ACK).withOptions(options);
      assertKept(Outcome.KNOWN, wrapped(known, 2, true));
      assertForwarded(0, wrapped(stranger(true, ACK).withOptions(options), 2, false));
    }
    byte[] hopByHop = extension(43, 8, 8, 1);
    byte[] routing = extension(60, 24, 8, 1);
    byte[] destination = extension(51, 16, 8, 1);
    byte[] authentication = extension(6, 24, 4, 2);
    byte[][] four = {hopByHop, routing, destination, authentication};
    byte[] known6 = host.connect(false).segment(ACK).ipPacket();
    assertKept(Outcome.KNOWN, wrapped(extended(known6, 0, four), 2, true));
    assertForwarded(0, wrapped(extended(0, four), 2, false));
    assertForwarded(0, wrapped(extended(60, extension(6, 256, 8, 1)), 2, false));
  }

  @Test
  void shouldKeepWhatHasMoreExtensionHeadersThanItReads() throws Exception {
    byte[] more = extension(60, 8, 8, 1);
    Frame five = extended(60, more, more, more, more, extension(6, 8, 8, 1));
    assertKept(Outcome.STATELESS, wrapped(five, 2, true));
    assertKept(Outcome.STATELESS, wrapped(extended(60, new byte[] {6, 99}), 2, true));
  }

  @Test
  void shouldHaveErrorsFollowTheConnectionThatTheyQuote() throws Exception {
    for (boolean v4 : BOTH) {
      Established connection = host.connect(v4);
      for (int type : v4 ? new int[] {3, 11, 12} : new int[] {1, 2, 3, 4}) {
        int code = v4 && type == 3 ? 4 : 0;
        Frame known = error(type, code, quote(connection.client(), connection.port()));
        Frame unknown = error(type, code, quote(connection.client(), 1));
        assertKept(Outcome.KNOWN, wrapped(known, 2, v4));
        byte[] second = assertForwarded(0, wrapped(unknown, 2, v4));
        assertKept(Outcome.LAST_RESORT, second);
      }
    }
  }

  /** From a router on the way, about a packet of a VIP. */
  private static Frame error(int type, int code, byte[] quoted) {
    boolean v4 = quoted[0] >> 4 == 4;
    IpAddress router = IpAddress.parse(v4 ? "192.0.2.1" : "2001:db8:99::1");
    return Frame.icmp(router, v4 ? VIP : VIP6, type, code, quoted);
  }

  /** The VIP's packet to a client: its IP header, and eight bytes of TCP. */
  private static byte[] quote(IpAddress client, int port) {
    IpAddress vip = client.isV4() ? VIP : VIP6;
    byte[] packet = Frame.tcp(vip, 443, client, port, ACK, new byte[900]).ipPacket();
    return Arrays.copyOf(packet, (client.isV4() ? 20 : 40) + 8);
  }

  @Test
  void shouldKeepACookieOfItsOwnAndForwardOneThatIsMadeUp() throws Exception {
    try (SocketHost cookies = new SocketHost(2)) {
      for (boolean v4 : BOTH) {
        byte[] ack = thirdOfTheHandshake(cookies, v4);
        List<IpAddress> hops = chain(2, true);
        byte[] frame = GueModel.encapsulate(ack, ack.length - 14, hops, 0x8123, 0);
        assertKept(Outcome.COOKIE, cookies, frame);
        int cookie = OuterModel.innerOffset(frame) + (v4 ? 20 : 40) + 8;
        byte[] forged = OuterModel.with(frame, cookie + 1, frame[cookie + 1] ^ 0x55);
        assertNotEquals(HEX.formatHex(frame), HEX.formatHex(forged));
        assertEquals(Outcome.FORWARDED, cookies.outcomeOf(forged));
      }
    }
  }

  /** The segment with which a client brought a cookie back; the connection itself is gone. */
  private static byte[] thirdOfTheHandshake(SocketHost cookies, boolean v4) throws Exception {
    RawFrameSocket loopback = cookies.sniff();
    Established connection = cookies.connect(v4);
    int tcp = 14 + (v4 ? 20 : 40);
    byte[] frame;
    do {
      frame = loopback.receive(Duration.ofSeconds(20)).orElseThrow();
    } while (OuterModel.shortAt(frame, tcp) != connection.port() || frame[tcp + 13] != ACK);
    connection.abort();
    return frame;
  }
}
