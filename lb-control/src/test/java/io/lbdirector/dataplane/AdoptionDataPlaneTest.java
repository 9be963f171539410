package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.LoadedDirector.SETTINGS;
import static io.lbdirector.dataplane.LoadedDirector.quicTable;
import static io.lbdirector.dataplane.LoadedDirector.rows;
import static io.lbdirector.dataplane.LoadedDirector.table;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static io.lbdirector.packet.Actors.backend;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.lbdirector.abi.Abi;
import io.lbdirector.abi.ServerLayout;
import io.lbdirector.abi.ServerLayout.Key;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.director.LogLines;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.QuicFrames;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A daemon that starts takes over what another has left pinned. */
@ExtendWith(LeakCheck.class)
class AdoptionDataPlaneTest {
  private static final byte[] SYN = Frame.tcpSyn(CLIENT, 40000, VIP, 80).toBytes();
  private static final DesiredState DESIRED =
      new DesiredState(
          SETTINGS,
          List.of(
              table(
                  "web",
                  List.of(backend(1), backend(2), backend(3)),
                  Bind.exact(VIP, Protocol.TCP, 80),
                  Bind.exact(VIP6, Protocol.TCP, 80)),
              table("dns", List.of(backend(3)), Bind.exact(VIP, Protocol.UDP, 53))));

  private static final Bind NETWORK =
      new Bind(
          new Prefix(IpAddress.parse("198.18.0.0"), 15), Optional.of(Protocol.UDP), PortRange.ANY);
  private static final Bind HIDDEN =
      new Bind(Prefix.host(VIP6), Optional.empty(), new PortRange(40000, 65535));
  private static final Bind HIDES =
      new Bind(Prefix.host(VIP6), Optional.empty(), new PortRange(40001, 65535));
  private static final DesiredState WITH_WIDE =
      new DesiredState(
          SETTINGS,
          List.of(
              table("wide", List.of(backend(1), backend(2)), NETWORK, HIDDEN),
              table("web", List.of(backend(3)), HIDES, Bind.exact(VIP, Protocol.TCP, 80))));

  private static final Bind QUIC = Bind.exact(VIP, Protocol.UDP, 443);
  private static final Bind QUIC6 = Bind.exact(VIP6, Protocol.UDP, 443);
  private static final List<IpAddress> SERVERS = List.of(backend(1), backend(2), backend(3));

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

  @Test
  void shouldReadBackAllThatWasPublished() {
    LiveState published = director.publish(DESIRED).next();
    director.closeHandles();
    director.open();
    assertTrue(director.plane().isAdopted());
    assertEquals(published, director.live());
    assertTrue(Transition.of(director.live(), DESIRED).changesNothing());
  }

  @Test
  void shouldTakeOverWideBindsWithTheirCounters() {
    byte[] datagram =
        Frame.udp(CLIENT, 40000, IpAddress.parse("198.19.0.1"), 9, new byte[1]).toBytes();
    director.publish(DESIRED);
    Transition first = director.publish(WITH_WIDE);
    byte[] before = director.send(datagram).packet();
    director.closeHandles();
    director.open();
    assertEquals(first.next(), director.live());
    assertEquals(Set.of(NETWORK, HIDDEN, HIDES), director.live().wide().keySet());
    assertTrue(Transition.of(director.live(), WITH_WIDE).changesNothing());
    assertArrayEquals(before, director.send(datagram).packet());

    Transition second = director.publish(DESIRED);
    assertTrue(second.next().wide().isEmpty());
    assertEquals(LoadedDirector.PASS, director.send(datagram).result());
    Transition third = director.publish(WITH_WIDE);
    int stats = third.statsOfBinds().get(NETWORK);
    assertEquals(0, new CounterReader(director.plane()).binds(List.of(stats)).of(stats).packets());
    assertArrayEquals(before, director.send(datagram).packet());
    assertEquals(1, new CounterReader(director.plane()).binds(List.of(stats)).of(stats).packets());
  }

  @Test
  void shouldTakeOverServerIds() {
    IpAddress named = backend(2);
    DesiredState withIds =
        new DesiredState(
            SETTINGS,
            List.of(
                quicTable("quic", rows(2, SERVERS), Map.of(0x0102, named, 3, backend(3)), QUIC),
                quicTable("other", rows(2, SERVERS), Map.of(0x0102, backend(1)), QUIC6)));
    LiveState published = director.publish(withIds).next();
    byte[] packet = QuicFrames.shortHeader(CLIENT, 40000, VIP, 0x0102).toBytes();
    byte[] before = director.send(packet).packet();
    director.closeHandles();
    director.open();
    assertEquals(published, director.live());
    assertEquals(2, director.live().serverSets().size());
    assertTrue(Transition.of(director.live(), withIds).changesNothing());
    assertArrayEquals(before, director.send(packet).packet());
    assertArrayEquals(named.toBytes(), Arrays.copyOfRange(before, 30, 34));
  }

  @Test
  void shouldLoadAnewWhereAServerIdIsOfNobody() {
    Map<Integer, IpAddress> servers = Map.of(7, backend(1));
    director.publish(
        new DesiredState(SETTINGS, List.of(quicTable("quic", rows(2, SERVERS), servers, QUIC))));
    try (BpfMap ids = director.plane().servers().openInner(Abi.slotOf(1))) {
      ids.update(new Key(1, 7).encode(), ServerLayout.encode(99));
    }
    director.closeHandles();
    try (LogLines log = new LogLines(DataPlane.class)) {
      director.open();
      assertTrue(log.at(Level.WARN).get(0).contains("99"), log.at(Level.WARN).toString());
    }
    assertFalse(director.plane().isAdopted());
  }

  @Test
  void shouldKeepProgramAndCountersAndForwardTheSame() {
    director.publish(DESIRED);
    byte[] before = director.send(SYN).packet();
    int program = director.plane().program().id();
    director.closeHandles();
    director.open();
    assertEquals(program, director.plane().program().id());
    assertArrayEquals(before, director.send(SYN).packet());
    assertEquals(
        2, new CounterReader(director.plane()).verdicts().get(Verdict.TX_FORWARDED).packets());
  }

  @Test
  void shouldGoOnFromTheGenerationThatItFinds() {
    director.publish(DESIRED);
    director.publish(new DesiredState(SETTINGS, List.of()));
    director.closeHandles();
    director.open();
    director.publish(DESIRED);
    assertEquals(3, director.plane().generation());
    assertEquals(LoadedDirector.TX, director.send(SYN).result());
  }

  @Test
  void shouldLoadAnewWhereThePinsAreHalfMade() {
    director.closeHandles();
    BpfFs.unpin(director.pins().program()); // as if the maker had died before the end
    director.open();
    assertFalse(director.plane().isAdopted());
    assertEquals(0, director.plane().generation());
    director.publish(DESIRED);
    assertEquals(1, director.plane().generation());
  }

  @Test
  void shouldLoadAnewWhereAMapIsOfAnotherShape() {
    director.publish(DESIRED);
    director.closeHandles();
    BpfFs.unpin(director.pins().map(Abi.VERDICTS));
    try (BpfMap other = BpfMap.create(DataPlane.tableSpec("lb_verdicts"))) {
      other.pin(director.pins().map(Abi.VERDICTS));
    }
    try (LogLines log = new LogLines(DataPlane.class)) {
      director.open();
      String line = log.at(Level.WARN).get(0);
      assertTrue(line.contains("lb_verdicts is not of this build: "), line);
    }
    assertFalse(director.plane().isAdopted());
    director.publish(DESIRED);
    assertEquals(1, director.plane().generation());
  }

  @Test
  void shouldLoadAnewWhereALiveTableIsNotPinned() {
    director.publish(DESIRED);
    director.closeHandles();
    int slot = director.pins().tableSlots().stream().filter(s -> s > 0).findFirst().orElseThrow();
    BpfFs.unpin(director.pins().table(slot));
    try (LogLines log = new LogLines(DataPlane.class)) {
      director.open();
      String line = log.at(Level.WARN).get(0);
      assertTrue(line.contains("tables/" + slot), line);
    }
    assertFalse(director.plane().isAdopted());
  }
}
