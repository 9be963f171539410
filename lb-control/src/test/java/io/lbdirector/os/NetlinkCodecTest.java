package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes in, records out, after the structures of include/uapi/linux. */
final class NetlinkCodecTest {
  private static final int AF_INET = 2;
  private static final int AF_BRIDGE = 7;
  private static final int AF_INET6 = 10;
  private static final Optional<MacAddress> MAC = MacAddress.tryParse("02:00:00:00:00:0a");
  private static final IpAddress GATEWAY = IpAddress.parse("192.0.2.1");
  private static final IpAddress OTHER_GATEWAY = IpAddress.parse("192.0.2.2");
  private static final IpAddress GATEWAY6 = IpAddress.parse("fe80::1");
  private static final String GATEWAY6_HEX = "fe800000 00000000 00000000 00000001";

  @ParameterizedTest
  @CsvSource({
    // flags, admin up, carrier
    "0x10043, true, true",
    "0x00043, true, false",
    "0x10002, false, true",
    "0x01002, false, false"
  })
  void shouldReadALink(String flags, boolean adminUp, boolean carrier) {
    ByteBuffer payload =
        link(0, 7, Integer.decode(flags))
            .attribute(3, "65746830 00")
            .attribute(1, "02000000000a")
            .attribute(4, 1500)
            .build();
    LinkInfo expected = new LinkInfo(7, "eth0", MAC, 1500, adminUp, carrier);
    assertEquals(Optional.of(expected), LinkCodec.parse(payload));
    assertEquals(adminUp && carrier, expected.up());
  }

  @Test
  void shouldGiveNoMacToALinkWhoseAddressesAreNotEthernets() {
    ByteBuffer payload = link(0, 9, 1).attribute(3, "736974 00").attribute(1, "0a000001").build();
    assertEquals(Optional.empty(), LinkCodec.parse(payload).orElseThrow().mac());
  }

  @Test
  void shouldNotTakeABridgePortsMessageForALinks() {
    ByteBuffer payload = link(AF_BRIDGE, 7, 1).attribute(3, "65746830 00").build();
    assertEquals(Optional.empty(), LinkCodec.parse(payload));
  }

  @Test
  void shouldReadADefaultRoute() {
    ByteBuffer payload =
        route(AF_INET, 0, 254, 1)
            .attribute(15, 254)
            .attribute(5, "c0000201")
            .attribute(4, 7)
            .attribute(6, -2)
            .build();
    assertEquals(
        List.of(new RouteInfo(IpFamily.V4, 7, Optional.of(GATEWAY), 0xfffffffeL, 254)),
        RouteCodec.parse(payload));
  }

  @Test
  void shouldReadATableNumberThatDoesNotFitTheHeader() {
    ByteBuffer payload = route(AF_INET, 0, 252, 1).attribute(15, 70_000).attribute(4, 7).build();
    assertEquals(
        List.of(new RouteInfo(IpFamily.V4, 7, Optional.empty(), 0, 70_000)),
        RouteCodec.parse(payload));
  }

  @Test
  void shouldReadEachHopOfAMultipathRoute() {
    NetlinkBytes hops =
        NetlinkBytes.begin()
            .u16(16)
            .u8(0, 0)
            .u32(7)
            .attribute(5, "c0000201")
            .u16(16)
            .u8(0, 9)
            .u32(8)
            .attribute(5, "c0000202");
    ByteBuffer payload = route(AF_INET, 0, 254, 1).attribute(6, 100).attribute(9, hops).build();
    assertEquals(
        List.of(
            new RouteInfo(IpFamily.V4, 7, Optional.of(GATEWAY), 100, 254),
            new RouteInfo(IpFamily.V4, 8, Optional.of(OTHER_GATEWAY), 100, 254)),
        RouteCodec.parse(payload));
  }

  @Test
  void shouldReadAnIpv6NextHopOfAnIpv4Route() {
    ByteBuffer payload =
        route(AF_INET, 0, 254, 1).attribute(18, "0a00" + GATEWAY6_HEX).attribute(4, 7).build();
    assertEquals(
        List.of(new RouteInfo(IpFamily.V4, 7, Optional.of(GATEWAY6), 0, 254)),
        RouteCodec.parse(payload));
  }

  @Test
  void shouldReadAnIpv6Route() {
    ByteBuffer payload =
        route(AF_INET6, 0, 254, 1)
            .attribute(5, GATEWAY6_HEX)
            .attribute(4, 7)
            .attribute(6, 1024)
            .build();
    assertEquals(
        List.of(new RouteInfo(IpFamily.V6, 7, Optional.of(GATEWAY6), 1024, 254)),
        RouteCodec.parse(payload));
    assertEquals(Optional.of(IpFamily.V6), RouteCodec.defaultRouteFamily(payload));
  }

  @ParameterizedTest
  @CsvSource({
    // family, destination length, type
    "2, 24, 1",
    "2, 0, 6",
    "2, 0, 7",
    "10, 64, 1",
    "28, 0, 1"
  })
  void shouldPassOverRoutesThatAreNotDefaultRoutes(int family, int length, int type) {
    ByteBuffer payload =
        route(family, length, 254, type).attribute(5, "c0000201").attribute(4, 7).build();
    assertEquals(List.of(), RouteCodec.parse(payload));
    assertEquals(Optional.empty(), RouteCodec.defaultRouteFamily(payload));
  }

  @Test
  void shouldPreferTheMainTableThenTheLowerMetric() {
    List<RouteInfo> inOrder =
        List.of(
            new RouteInfo(IpFamily.V4, 7, Optional.of(GATEWAY), 5, 254),
            new RouteInfo(IpFamily.V4, 7, Optional.of(GATEWAY), 0xffffffffL, 254),
            new RouteInfo(IpFamily.V4, 7, Optional.of(GATEWAY), 0, 100),
            new RouteInfo(IpFamily.V4, 7, Optional.of(GATEWAY), 0, 101));
    List<RouteInfo> sorted = new ArrayList<>(inOrder);
    Collections.reverse(sorted);
    sorted.sort(RouteInfo.PREFERENCE);
    assertEquals(inOrder, sorted);
  }

  @Test
  void shouldReadANeighbour() {
    ByteBuffer payload =
        neighbour(AF_INET, 7, 0x04, 0)
            .attribute(1, "c0000201")
            .attribute(2, "02000000000a")
            .build();
    assertEquals(
        Optional.of(new NeighbourInfo(7, GATEWAY, NeighbourInfo.State.STALE, MAC)),
        NeighbourCodec.parse(payload));
  }

  @Test
  void shouldReadAnIpv6NeighbourWithoutMac() {
    ByteBuffer payload = neighbour(AF_INET6, 7, 0x20, 0).attribute(1, GATEWAY6_HEX).build();
    assertEquals(
        Optional.of(new NeighbourInfo(7, GATEWAY6, NeighbourInfo.State.FAILED, Optional.empty())),
        NeighbourCodec.parse(payload));
  }

  @ParameterizedTest
  @CsvSource({"7, 0", "2, 8", "28, 0"})
  void shouldPassOverBridgeEntriesProxiesAndOtherFamilies(int family, int flags) {
    ByteBuffer payload = neighbour(family, 7, 0x80, flags).attribute(1, "c0000201").build();
    assertEquals(Optional.empty(), NeighbourCodec.parse(payload));
  }

  @ParameterizedTest
  @CsvSource({
    "0x00, none",
    "0x01, incomplete",
    "0x02, reachable",
    "0x04, stale",
    "0x08, delay",
    "0x10, probe",
    "0x20, failed",
    "0x40, noarp",
    "0x80, permanent",
    "0x03, none",
    "0x100, none"
  })
  void shouldNameNeighbourStatesAsIpDoes(String bits, String name) {
    assertEquals(name, NeighbourInfo.State.ofBits(Integer.decode(bits)).toString());
  }

  @Test
  void shouldWriteTheRequestThatMakesTheKernelResolve() {
    byte[] expected = new byte[36];
    NetlinkBytes.begin()
        .u32(36)
        .u16(28)
        .u16(0x405)
        .u32(99)
        .u32(0)
        .u8(AF_INET, 0, 0, 0)
        .u32(7)
        .u16(0)
        .u8(1, 0)
        .attribute(1, "c0000201")
        .build()
        .get(expected);
    assertArrayEquals(expected, NeighbourCodec.use(7, GATEWAY).toBytes(99));
    assertEquals(48, NeighbourCodec.use(7, GATEWAY6).toBytes(99).length);
  }

  @Test
  void shouldSplitADatagram() {
    NetlinkBytes datagram = NetlinkBytes.begin();
    datagram.u32(19).u16(16).u16(2).u32(5).u32(0).u8(1, 2, 3, 0);
    datagram.u32(20).u16(2).u16(0).u32(6).u32(0).u32(-105);
    List<NetlinkMessage> messages = NetlinkMessage.split(datagram.build());
    assertEquals(2, messages.size());
    assertEquals(16, messages.get(0).type());
    assertEquals(5, messages.get(0).sequence());
    assertEquals(3, messages.get(0).payload().remaining());
    assertTrue(messages.get(0).has(2));
    assertEquals(NetlinkMessage.ERROR, messages.get(1).type());
    assertEquals(Errno.ENOBUFS, messages.get(1).errno());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 15, 21, -1})
  void shouldRefuseAMessageLengthThatDoesNotFit(int length) {
    ByteBuffer datagram = NetlinkBytes.begin().u32(length).u32(0).u32(0).u32(0).u32(0).build();
    assertThrows(IllegalArgumentException.class, () -> NetlinkMessage.split(datagram));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 9, 0xffff})
  void shouldRefuseAnAttributeLengthThatDoesNotFit(int length) {
    ByteBuffer payload = link(0, 7, 1).u16(length).u16(3).u32(0).build();
    assertThrows(IllegalArgumentException.class, () -> LinkCodec.parse(payload));
  }

  @Test
  void shouldReadNothingOutsideOfTheBufferWhateverItsBytes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      ByteBuffer payload = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
      if (bytes.length > 8) {
        payload.put(0, (byte) (random.nextBoolean() ? 0 : AF_INET)).put(1, (byte) 0);
        payload.put(2, (byte) 0).put(7, (byte) 1);
      }
      try {
        LinkCodec.parse(payload);
        RouteCodec.parse(payload);
        NeighbourCodec.parse(payload);
      } catch (IllegalArgumentException e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
    assertTrue(refused > 0, "seed " + seed);
  }

  private static NetlinkBytes link(int family, int ifindex, int flags) {
    return NetlinkBytes.begin().u8(family, 0).u16(1).u32(ifindex).u32(flags).u32(0);
  }

  private static NetlinkBytes route(int family, int length, int table, int type) {
    return NetlinkBytes.begin().u8(family, length, 0, 0, table, 3, 0, type).u32(0);
  }

  private static NetlinkBytes neighbour(int family, int ifindex, int state, int flags) {
    return NetlinkBytes.begin().u8(family, 0, 0, 0).u32(ifindex).u16(state).u8(flags, 1);
  }
}
