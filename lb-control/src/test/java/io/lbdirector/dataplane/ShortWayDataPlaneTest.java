package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.BucketLayout;
import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.forwarding.Vip;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which packets take the short way. That both ways treat a packet alike is what {@link
 * PacketsDataPlaneTest} and {@link PacketMutationDataPlaneTest} show.
 */
@ExtendWith(LeakCheck.class)
class ShortWayDataPlaneTest {
  private static final int ACK = 16;
  private static final byte[] SYN = Frame.tcpSyn(CLIENT, 40000, VIP, 443).toBytes();
  private static final byte[] SYN6 = Frame.tcpSyn(CLIENT6, 40000, VIP6, 443).toBytes();
  private static final byte[] DATAGRAM = Frame.udp(CLIENT, 40000, VIP, 443, new byte[40]).toBytes();

  private LoadedDirector director;

  @BeforeEach
  void load() {
    director = new LoadedDirector();
  }

  @AfterEach
  void unload() {
    director.close();
  }

  private static List<IpAddress> backends(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(Actors::backend).toList();
  }

  private static DesiredState.Table web(int hops, List<IpAddress> backends) {
    return LoadedDirector.table(
        "web",
        LoadedDirector.rows(hops, backends),
        Bind.exact(VIP, Protocol.TCP, 443),
        Bind.exact(VIP, Protocol.UDP, 443),
        Bind.exact(VIP6, Protocol.TCP, 443));
  }

  private void serve(Settings settings, DesiredState.Table table) {
    director.publish(new DesiredState(settings, List.of(table)));
  }

  /** From now on only the short way knows a gateway. */
  private void closeCompleteWay() {
    director.plane().map(Abi.PORTS).delete(Abi.key(Abi.DEFAULT_PORT));
    director.plane().map(Abi.PORTS).delete(Abi.key(LoadedDirector.LOOPBACK));
  }

  private void assertShort(byte[] frame) {
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(frame));
  }

  private void assertComplete(byte[] frame) {
    assertEquals(Verdict.DROP_NO_GATEWAY, director.verdictOf(frame));
  }

  @ParameterizedTest(name = "{0} hops")
  @ValueSource(ints = {1, 2, 3, 4})
  void shouldTakePlainPacketsOfBothFamilies(int hops) {
    serve(LoadedDirector.SETTINGS, web(hops, backends(5)));
    closeCompleteWay();
    List.of(SYN, SYN6, DATAGRAM).forEach(this::assertShort);
  }

  @Test
  void shouldLeaveWhatIsNotPlain() {
    serve(LoadedDirector.SETTINGS, web(2, backends(3)));
    closeCompleteWay();
    Frame syn = Frame.tcpSyn(CLIENT, 40000, VIP, 443);
    assertComplete(syn.withTags(0x81000005).toBytes());
    assertComplete(syn.withOptions(new byte[] {1, 1, 1, 0}).toBytes());
    assertShort(syn.toBytes());
  }

  @Test
  void shouldLeaveSynsWhoseSegmentSizeIsLimited() {
    Settings limited =
        new Settings(
            Optional.of(Actors.DIRECTOR),
            Optional.empty(),
            false,
            Echo.FORWARD,
            OptionalInt.empty(),
            OptionalInt.of(1200),
            false);
    serve(limited, web(2, backends(3)));
    closeCompleteWay();
    assertComplete(SYN);
    assertShort(Frame.tcp(CLIENT, 40000, VIP, 443, ACK, new byte[0]).toBytes());
    assertShort(DATAGRAM);
  }

  @Test
  void shouldLeaveWhatTheConfigHasOutOfTheCommon() {
    DesiredState.Table plain = web(2, backends(3));
    Bind[] binds = plain.binds().toArray(Bind[]::new);
    serve(LoadedDirector.SETTINGS, LoadedDirector.ipip(plain));
    closeCompleteWay();
    List.of(SYN, SYN6, DATAGRAM).forEach(this::assertComplete);
    serve(
        LoadedDirector.SETTINGS,
        LoadedDirector.quicTable("web", plain.rows(), Map.of(1, Actors.backend(1)), binds));
    assertComplete(SYN);
    serve(LoadedDirector.SETTINGS, web(2, List.of(Actors.backend6(1), Actors.backend6(2))));
    assertComplete(SYN);
    serve(LoadedDirector.SETTINGS, plain);
    assertShort(SYN);
  }

  @Test
  void shouldBeClosedToAnInterfaceWithoutGateway() {
    serve(LoadedDirector.SETTINGS, web(2, backends(3)));
    director.closeShortWay();
    closeCompleteWay();
    List.of(SYN, SYN6, DATAGRAM).forEach(this::assertComplete);
  }

  /** Of twice as many binds in one bucket as fit, all are found, and others are not. */
  @Test
  void shouldFindBindsThatShareABucket() {
    int wanted = 2 * Abi.BUCKET_BINDS;
    int buckets = Integer.highestOneBit(wanted);
    List<Integer> ports = new ArrayList<>();
    for (int port = 1; ports.size() <= wanted; port++) {
      long key = BucketLayout.key(new Vip(VIP, Frame.TCP, port));
      if (BucketLayout.bucketOf(key, buckets) == 0) {
        ports.add(port);
      }
    }
    int stranger = ports.remove(wanted);
    Bind[] binds = ports.stream().map(p -> Bind.exact(VIP, Protocol.TCP, p)).toArray(Bind[]::new);
    serve(LoadedDirector.SETTINGS, LoadedDirector.table("web", backends(3), binds));
    for (int port : ports) {
      assertShort(Frame.tcpSyn(CLIENT, 40000, VIP, port).toBytes());
    }
    byte[] other = Frame.tcpSyn(CLIENT, 40000, VIP, stranger).toBytes();
    assertEquals(Verdict.PASS_NO_BIND, director.verdictOf(other));
    closeCompleteWay();
    long taken =
        ports.stream()
            .map(p -> director.verdictOf(Frame.tcpSyn(CLIENT, 40000, VIP, p).toBytes()))
            .filter(Verdict.TX_FORWARDED::equals)
            .count();
    assertEquals(Abi.BUCKET_BINDS, taken);
  }

  /** The key has an IPv6 address folded; the whole of it tells them apart. */
  @Test
  void shouldTellAddressesApartThatFoldAlike() {
    IpAddress one = IpAddress.parse("2001:db8:1::2:0");
    IpAddress other = IpAddress.parse("2001:db8:2::1:0");
    IpAddress none = IpAddress.parse("2001:db8:4::7:0");
    long key = BucketLayout.key(new Vip(one, Frame.TCP, 443));
    assertTrue(
        List.of(other, none).stream()
            .allMatch(a -> BucketLayout.key(new Vip(a, Frame.TCP, 443)) == key));
    director.publish(
        new DesiredState(
            LoadedDirector.SETTINGS,
            List.of(
                LoadedDirector.table(
                    "one", List.of(Actors.backend(1)), Bind.exact(one, Protocol.TCP, 443)),
                LoadedDirector.table(
                    "other", List.of(Actors.backend(2)), Bind.exact(other, Protocol.TCP, 443)))));
    closeCompleteWay();
    for (IpAddress vip : List.of(one, other)) {
      assertShort(Frame.tcpSyn(CLIENT6, 40000, vip, 443).toBytes());
    }
    byte[] toNone = Frame.tcpSyn(CLIENT6, 40000, none, 443).toBytes();
    assertEquals(Verdict.PASS_NO_BIND, director.verdictOf(toNone));
    assertEquals(1, packetsOf(Actors.backend(1)));
    assertEquals(1, packetsOf(Actors.backend(2)));
  }

  private long packetsOf(IpAddress backend) {
    int index = director.live().backends().get(backend);
    return new CounterReader(director.plane()).backends(List.of(index)).of(index).packets();
  }
}
