package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.LoadedDirector.HASH_KEY;
import static io.lbdirector.dataplane.LoadedDirector.SETTINGS;
import static io.lbdirector.dataplane.LoadedDirector.quicTable;
import static io.lbdirector.dataplane.LoadedDirector.rows;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.QUIC_VIP;
import static io.lbdirector.packet.Actors.QUIC_VIP6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.QuicFrames.shortHeader;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where packets go whose QUIC connection ids name a server, by tables of every shape; {@link
 * PacketsDataPlaneTest} has every shape of packet. Needs CAP_BPF, CAP_NET_ADMIN.
 */
@ExtendWith(LeakCheck.class)
class QuicDataPlaneTest {
  private static final Set<HashField> FIELDS = Set.of(HashField.SRC_ADDR, HashField.SRC_PORT);
  private static final Bind QUIC = Bind.exact(QUIC_VIP, Protocol.UDP, 443);
  private static final Bind QUIC6 = Bind.exact(QUIC_VIP6, Protocol.UDP, 443);
  private static final int PORTS = 200;
  private static final int NOBODY = 0xbeef;
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

  private static List<IpAddress> pool(int count, IntFunction<IpAddress> address) {
    return IntStream.rangeClosed(1, count).mapToObj(address).toList();
  }

  private void publish(DesiredState.Table... tables) {
    director.publish(new DesiredState(SETTINGS, List.of(tables)));
  }

  private void assertGoesTo(List<IpAddress> hops, Frame frame, int port, long hash) {
    byte[] in = frame.toBytes();
    int sourcePort = 0x8000 | (int) ((hash ^ port) & 0x7fff);
    byte[] expected = GueModel.encapsulate(in, frame.ipPacket().length, hops, sourcePort, 0);
    TestRun out = director.send(in);
    assertEquals(HEX.formatHex(expected), HEX.formatHex(out.packet()), () -> "port " + port);
    assertEquals(LoadedDirector.TX, out.result());
  }

  /** Many clients' packets, that name {@code named} or nobody. */
  private void assertAllGoTo(ForwardingTable rows, int serverId, Optional<IpAddress> named) {
    for (int port = 1; port <= PORTS; port++) {
      IpAddress source = port % 2 == 0 ? CLIENT : CLIENT6;
      IpAddress vip = port % 2 == 0 ? QUIC_VIP : QUIC_VIP6;
      long hash = FlowHash.hash(HASH_KEY, FIELDS, Flow.udp(source, port, vip, 443));
      List<IpAddress> hops = PacketWorld.hops(rows, (int) hash & 0xffff, named);
      assertGoesTo(hops, shortHeader(source, port, vip, serverId), port, hash);
    }
  }

  @ParameterizedTest(name = "{0} hops of {1} backends")
  @CsvSource({"1, 1", "1, 5", "2, 2", "2, 5", "3, 3", "3, 9", "4, 4", "4, 40"})
  void shouldLeadTheRowByTheServerAndKeepItsLength(int hops, int count) {
    ForwardingTable rows = rows(hops, pool(count, Actors::backend));
    IpAddress last = Actors.backend(count);
    publish(quicTable("quic", rows, Map.of(0, Actors.backend(1), 65_535, last), QUIC, QUIC6));
    assertAllGoTo(rows, 0, Optional.of(Actors.backend(1)));
    assertAllGoTo(rows, 65_535, Optional.of(last));
    assertAllGoTo(rows, NOBODY, Optional.empty());
  }

  @Test
  void shouldLeadRowsOfIpv6Backends() {
    ForwardingTable rows = rows(4, pool(6, Actors::backend6));
    publish(quicTable("quic", rows, Map.of(258, Actors.backend6(5)), QUIC, QUIC6));
    assertAllGoTo(rows, 258, Optional.of(Actors.backend6(5)));
    assertAllGoTo(rows, 513, Optional.empty());
  }

  /** Such a row may have a backend twice; what leads it takes the place of the first of the two. */
  @ParameterizedTest(name = "{0} backends")
  @ValueSource(ints = {1, 2, 3, 20})
  void shouldLeadTheHopsOfBothRowsWhileHashFieldsMigrate(int count) {
    ForwardingTable rows = rows(2, pool(count, Actors::backend));
    IpAddress named = Actors.backend(count);
    DesiredState.Table table = quicTable("quic", rows, Map.of(9, named), QUIC);
    Set<HashField> before = Set.of(HashField.SRC_ADDR, HashField.DST_PORT);
    publish(
        new DesiredState.Table(
            table.name(),
            table.hashKey(),
            table.hashFields(),
            before,
            false,
            rows,
            table.binds(),
            table.backends(),
            table.quic()));
    for (int port = 1; port <= PORTS; port++) {
      Flow flow = Flow.udp(CLIENT, port, QUIC_VIP, 443);
      long hash = FlowHash.hash(HASH_KEY, FIELDS, flow);
      List<IpAddress> hops =
          new ArrayList<>(PacketWorld.hops(rows, (int) hash & 0xffff, Optional.empty()));
      hops.addAll(PacketWorld.hops(rows, FlowHash.row(HASH_KEY, before, flow), Optional.empty()));
      assertGoesTo(hops, shortHeader(CLIENT, port, QUIC_VIP, NOBODY), port, hash);
      if (!hops.remove(named)) {
        hops.remove(hops.size() - 1);
      }
      hops.add(0, named);
      assertGoesTo(hops, shortHeader(CLIENT, port, QUIC_VIP, 9), port, hash);
    }
  }

  @Test
  void shouldTellTablesApartThatGiveOneIdToTwo() {
    ForwardingTable rows = rows(2, pool(5, Actors::backend));
    publish(
        quicTable("one", rows, Map.of(7, Actors.backend(1), 8, Actors.backend(2)), QUIC),
        quicTable("two", rows, Map.of(7, Actors.backend(3)), QUIC6),
        LoadedDirector.table("dns", rows, Bind.exact(VIP, Protocol.UDP, 443)));
    assertEquals(Set.of(1), Set.copyOf(director.live().tables().values()), "rows are shared");
    assertEquals(Actors.backend(1), firstHop(shortHeader(CLIENT, 1, QUIC_VIP, 7)));
    assertEquals(Actors.backend(3), firstHop(shortHeader(CLIENT6, 1, QUIC_VIP6, 7)));
    assertSameAs(shortHeader(CLIENT6, 1, QUIC_VIP6, NOBODY), shortHeader(CLIENT6, 1, QUIC_VIP6, 8));
    assertSameAs(shortHeader(CLIENT, 1, VIP, NOBODY), shortHeader(CLIENT, 1, VIP, 7));
  }

  private IpAddress firstHop(Frame frame) {
    byte[] out = director.send(frame.toBytes()).packet();
    return IpAddress.of(Arrays.copyOfRange(out, 30, 34));
  }

  private void assertSameAs(Frame one, Frame other) {
    assertEquals(firstHop(one), firstHop(other));
  }

  @Test
  void shouldFollowWhomAnIdNamesFromOneGenerationToTheNext() {
    ForwardingTable rows = rows(2, pool(5, Actors::backend));
    for (int named : List.of(1, 2, 3)) {
      publish(quicTable("quic", rows, Map.of(7, Actors.backend(named)), QUIC, QUIC6));
      assertAllGoTo(rows, 7, Optional.of(Actors.backend(named)));
    }
    publish(quicTable("quic", rows, Map.of(8, Actors.backend(3)), QUIC, QUIC6));
    assertAllGoTo(rows, 7, Optional.empty());
    publish(quicTable("quic", rows, Map.of(), QUIC, QUIC6));
    assertAllGoTo(rows, 8, Optional.empty());
    assertEquals(5, director.plane().generation());
  }

  @Test
  void shouldCountForTheServerAndTheBind() {
    ForwardingTable rows = rows(2, pool(5, Actors::backend));
    publish(quicTable("quic", rows, Map.of(7, Actors.backend(4)), QUIC));
    byte[] packet = shortHeader(CLIENT, 40000, QUIC_VIP, 7).toBytes();
    for (int i = 0; i < 10; i++) {
      director.send(packet);
    }
    CounterReader counters = new CounterReader(director.plane());
    CounterReader.Count all = new CounterReader.Count(10, 10L * packet.length);
    int index = director.live().backends().get(Actors.backend(4));
    assertEquals(all, counters.backends(List.of(index)).of(index));
    int stats = director.live().vips().get(new Vip(QUIC_VIP, Frame.UDP, 443)).stats();
    assertEquals(all, counters.binds(List.of(stats)).of(stats));
  }
}
