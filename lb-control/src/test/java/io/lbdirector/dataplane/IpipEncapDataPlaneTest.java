package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.LoadedDirector.SETTINGS;
import static io.lbdirector.dataplane.LoadedDirector.ipip;
import static io.lbdirector.dataplane.LoadedDirector.table;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static io.lbdirector.packet.Actors.backend;
import static io.lbdirector.packet.Actors.backend6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.PortLayout;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.IpipModel;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tables with {@code encapsulation = "ipip"}. What becomes of each kind of packet is in {@link
 * IpipCases}. Needs CAP_BPF, CAP_NET_ADMIN.
 */
@ExtendWith(LeakCheck.class)
class IpipEncapDataPlaneTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final Bind WEB = Bind.exact(VIP, Protocol.TCP, 443);
  private static final Bind WEB6 = Bind.exact(VIP6, Protocol.TCP, 443);
  private static final Bind MAIL = Bind.exact(VIP, Protocol.TCP, 25);
  private static final Frame SYN = Frame.tcpSyn(CLIENT, 40000, VIP, 443);
  private static final Frame SYN6 = Frame.tcpSyn(CLIENT6, 40000, VIP6, 443);

  private LoadedDirector director;

  @BeforeEach
  void load() {
    director = new LoadedDirector();
  }

  @AfterEach
  void unload() {
    director.close();
  }

  private Transition serve(Settings settings, DesiredState.Table... tables) {
    return director.publish(new DesiredState(settings, List.of(tables)));
  }

  private void assertSent(String expected, byte[] frame) {
    TestRun out = director.send(frame);
    assertEquals(expected.replace(" ", ""), HEX.formatHex(out.packet()));
    assertEquals(LoadedDirector.TX, out.result());
  }

  private void assertWrapped(Frame packet, IpAddress hop, int trafficClass) {
    byte[] frame = packet.toBytes();
    byte[] expected = IpipModel.encapsulate(frame, packet.ipPacket().length, hop, trafficClass);
    assertSent(HEX.formatHex(expected), frame);
  }

  private static String inner(Frame packet) {
    return HEX.formatHex(packet.ipPacket());
  }

  @Test
  void shouldWrapSynsOverIpv4InTheseVeryBytes() {
    serve(SETTINGS, ipip(table("web", List.of(backend(1)), WEB, WEB6)));
    String link = "020000000001 020000000002 0800"; // to the gateway, from the director's port
    assertSent( // DF, TTL 64, IPv4 inside
        link + "45 00 003c 0000 4000 40 04 25bc 0a000002 0a000101" + inner(SYN), SYN.toBytes());
    assertSent( // IPv6 inside
        link + "45 00 0050 0000 4000 40 29 2583 0a000002 0a000101" + inner(SYN6), SYN6.toBytes());
  }

  @Test
  void shouldWrapSynsOverIpv6InTheseVeryBytes() {
    serve(SETTINGS, ipip(table("web", List.of(backend6(1)), WEB, WEB6)));
    String link = "020000000601 020000000002 86dd";
    String addresses = "20010db8000000000000000000000002 20010db8000100000000000000000001";
    assertSent(link + "60000000 0028 04 40" + addresses + inner(SYN), SYN.toBytes());
    assertSent(link + "60000000 003c 29 40" + addresses + inner(SYN6), SYN6.toBytes());
  }

  /** Rows of more hops are never built for ipip; they would do no harm. */
  @Test
  void shouldSendToTheFirstHopOnly() {
    DesiredState.Table web =
        table("web", LoadedDirector.rows(4, List.of(backend(1), backend(2), backend(3))), WEB);
    serve(SETTINGS, ipip(web));
    byte[] frame = SYN.toBytes();
    assertEquals(frame.length + 20, director.send(frame).packet().length);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x01, 0x02, 0x03, 0xb8, 0xff})
  void shouldCopyEcnAlwaysAndDscpOnlyWhereAsked(int trafficClass) {
    Settings copy =
        new Settings(
            SETTINGS.sourceIp(),
            SETTINGS.sourceIp6(),
            true,
            Echo.FORWARD,
            OptionalInt.empty(),
            OptionalInt.empty(),
            false);
    for (IpAddress hop : List.of(backend(1), backend6(1))) {
      DesiredState.Table web = ipip(table("web", List.of(hop), WEB, WEB6));
      serve(SETTINGS, web);
      assertWrapped(SYN.withTrafficClass(trafficClass), hop, trafficClass & 3);
      assertWrapped(SYN6.withTrafficClass(trafficClass), hop, trafficClass & 3);
      serve(copy, web);
      assertWrapped(SYN.withTrafficClass(trafficClass), hop, trafficClass);
      assertWrapped(SYN6.withTrafficClass(trafficClass), hop, trafficClass);
    }
  }

  /** Where tables have the same rows, how packets are wrapped is the bind's matter. */
  @Test
  void shouldWrapByBindWhereTablesShareRows() {
    Transition both =
        serve(
            SETTINGS,
            ipip(table("web", List.of(backend(1)), WEB)),
            table("mail", List.of(backend(1)), MAIL));
    assertEquals(1, both.next().tables().size());
    assertWrapped(SYN, backend(1), 0);
    byte[] mail = Frame.tcpSyn(CLIENT, 40000, VIP, 25).toBytes();
    assertEquals(mail.length + 20 + 8 + 8, director.send(mail).packet().length);
  }

  @Test
  void shouldChangeFromGueToIpipAndBackByTheSameRows() {
    DesiredState.Table web = table("web", List.of(backend(1)), WEB);
    int length = SYN.toBytes().length;
    serve(SETTINGS, web);
    assertEquals(length + 36, director.send(SYN.toBytes()).packet().length);
    Transition there = serve(SETTINGS, ipip(web));
    assertFalse(there.changesNothing());
    assertTrue(there.newTables().isEmpty());
    assertEquals(length + 20, director.send(SYN.toBytes()).packet().length);
    assertTrue(serve(SETTINGS, ipip(web)).changesNothing());
    assertFalse(serve(SETTINGS, web).changesNothing());
    assertEquals(length + 36, director.send(SYN.toBytes()).packet().length);
  }

  @ParameterizedTest
  @CsvSource({"203.0.113.0/24", "203.0.113.10/32"})
  void shouldTakePacketsOfWideBinds(String network) {
    String[] parts = network.split("/");
    Prefix prefix = new Prefix(IpAddress.parse(parts[0]), Integer.parseInt(parts[1]));
    Bind wide = new Bind(prefix, Optional.empty(), new PortRange(400, 499));
    serve(SETTINGS, ipip(table("wide", List.of(backend(1)), wide)));
    assertWrapped(SYN, backend(1), 0);
    assertWrapped(Frame.udp(CLIENT, 1, VIP, 450, new byte[9]), backend(1), 0);
    assertWrapped(Frame.echoRequest(CLIENT, VIP), backend(1), 0);
    assertWrapped(SYN.withTags(0x8100_0007), backend(1), 0);
  }

  @Test
  void shouldBeTakenOverAsItIs() {
    Bind wide = new Bind(new Prefix(VIP, 32), Optional.of(Protocol.UDP), PortRange.ANY);
    DesiredState.Table web = table("web", List.of(backend(1)), WEB, WEB6, wide);
    LiveState published = serve(SETTINGS, ipip(web)).next();
    director.closeHandles();
    director.open();
    assertEquals(published, director.live());
    assertTrue(published.vips().values().stream().allMatch(target -> target.ipip()));
    assertTrue(published.wide().get(wide).ipip());
    assertTrue(serve(SETTINGS, ipip(web)).changesNothing());
    assertWrapped(SYN, backend(1), 0);
    assertFalse(serve(SETTINGS, web).changesNothing());
  }

  @Test
  void shouldDropByNameWhatCannotBeSent() {
    DesiredState.Table over6 = ipip(table("web", List.of(backend6(1)), WEB));
    serve(LoadedDirector.settings(Optional.of(Actors.DIRECTOR), Optional.empty()), over6);
    assertEquals(Verdict.DROP_NO_SOURCE, director.verdictOf(SYN.toBytes()));
    serve(SETTINGS, over6);
    director
        .plane()
        .setPort(
            LoadedDirector.LOOPBACK,
            PortLayout.encode(
                Actors.DIRECTOR_MAC, Optional.of(Actors.GATEWAY_MAC), Optional.empty(), 1500));
    assertEquals(Verdict.DROP_NO_GATEWAY, director.verdictOf(SYN.toBytes()));
    serve(SETTINGS, ipip(table("web", LoadedDirector.rows(1, List.of()), WEB)));
    assertEquals(Verdict.DROP_NO_HOP, director.verdictOf(SYN.toBytes()));
  }

  @Test
  void shouldCountAsForAnyOtherTable() {
    int stats =
        serve(SETTINGS, ipip(table("web", List.of(backend(1)), WEB))).statsOfBinds().get(WEB);
    byte[] frame = SYN.toBytes();
    for (int i = 0; i < 3; i++) {
      assertEquals(Verdict.TX_FORWARDED, director.verdictOf(frame));
    }
    CounterReader counters = new CounterReader(director.plane());
    CounterReader.Count three = new CounterReader.Count(3, 3L * frame.length);
    assertEquals(three, counters.binds(List.of(stats)).of(stats));
    int index = director.live().backends().get(backend(1));
    assertEquals(three, counters.backends(List.of(index)).of(index));
  }
}
