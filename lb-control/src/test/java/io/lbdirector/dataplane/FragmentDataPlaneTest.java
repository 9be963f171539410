package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.LoadedDirector.SETTINGS;
import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.backend;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What decides whether fragments are remembered, and for how long. */
@ExtendWith(LeakCheck.class)
class FragmentDataPlaneTest {
  private static final Set<HashField> BY_ADDRESS = Set.of(HashField.SRC_ADDR);
  private static final Set<HashField> BY_PORT = Set.of(HashField.SRC_ADDR, HashField.DST_PORT);
  private static final int DATAGRAMS = 40_000; // more than twice what is remembered

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

  private static DesiredState.Table table(
      String name, Set<HashField> fields, int backend, int... ports) {
    return new DesiredState.Table(
        name,
        LoadedDirector.HASH_KEY,
        fields,
        Set.of(),
        false,
        LoadedDirector.rows(1, List.of(backend(backend))),
        Arrays.stream(ports).mapToObj(p -> Bind.exact(VIP, Protocol.UDP, p)).toList(),
        List.of(backend(backend)));
  }

  private void serve(DesiredState.Table... tables) {
    director.publish(new DesiredState(SETTINGS, List.of(tables)));
  }

  private static List<Frame> datagram(int port, int id) {
    return Frame.udp(CLIENT, 40000, VIP, port, new byte[100]).fragments(id, 40);
  }

  private Verdict verdictOf(Frame frame) {
    return director.verdictOf(frame.toBytes());
  }

  private IpAddress backendOf(Frame frame) {
    return IpAddress.of(Arrays.copyOfRange(director.send(frame.toBytes()).packet(), 30, 34));
  }

  @Test
  void shouldRememberNothingWherePortsDecideNothing() {
    serve(table("a", BY_ADDRESS, 1, 53, 443));
    assertEquals(Verdict.TX_FORWARDED, verdictOf(datagram(443, 1).get(1)));
  }

  @Test
  void shouldWaitForTheFirstWherePortsEnterTheHash() {
    serve(table("a", BY_PORT, 1, 53));
    assertEquals(Verdict.DROP_FRAGMENT, verdictOf(datagram(53, 1).get(1)));
  }

  @Test
  void shouldWaitForTheFirstWherePortsLeadToTwoTables() {
    serve(table("a", BY_ADDRESS, 1, 53), table("b", BY_ADDRESS, 2, 443));
    List<Frame> datagram = datagram(443, 1);
    assertEquals(Verdict.DROP_FRAGMENT, verdictOf(datagram.get(1)));
    assertEquals(backend(2), backendOf(datagram.get(0)));
    assertEquals(backend(2), backendOf(datagram.get(1)));
    assertEquals(backend(1), backendOf(datagram(53, 2).get(0)));
    assertEquals(backend(1), backendOf(datagram(53, 2).get(1)));
    assertEquals(backend(2), backendOf(datagram.get(1)));
  }

  private static DesiredState.Table wide(
      String name, Set<HashField> fields, int backend, Bind... binds) {
    return new DesiredState.Table(
        name,
        LoadedDirector.HASH_KEY,
        fields,
        Set.of(),
        false,
        LoadedDirector.rows(1, List.of(backend(backend))),
        List.of(binds),
        List.of(backend(backend)));
  }

  /** Of 203.0.113.0, so many bits. */
  private static Bind bind(int length, int first, int last) {
    return new Bind(
        new Prefix(IpAddress.parse("203.0.113.0"), length),
        Optional.of(Protocol.UDP),
        new PortRange(first, last));
  }

  @Test
  void shouldRememberNothingOfWideBindsWherePortsDecideNothing() {
    serve(wide("a", BY_ADDRESS, 1, bind(24, 1, 65535)));
    assertEquals(backend(1), backendOf(datagram(443, 1).get(1)));
    serve(wide("a", BY_ADDRESS, 1, bind(24, 8000, 8099)));
    assertEquals(backend(1), backendOf(datagram(8001, 2).get(1)));
    byte[] whole = Frame.udp(CLIENT, 40000, VIP, 0, new byte[100]).toBytes();
    assertEquals(Verdict.PASS_NO_BIND, director.verdictOf(whole));
    serve(wide("a", BY_PORT, 1, bind(24, 1, 65535)));
    assertEquals(Verdict.DROP_FRAGMENT, verdictOf(datagram(443, 3).get(1)));
  }

  @Test
  void shouldRememberWhereAnExactBindOfThePrefixLeadsElsewhere() {
    Bind all = bind(24, 1, 65535);
    serve(
        wide("a", BY_ADDRESS, 1, all),
        wide("b", BY_ADDRESS, 2, Bind.exact(Actors.PORTLESS_VIP, Protocol.UDP, 53)));
    assertEquals(Verdict.DROP_FRAGMENT, verdictOf(datagram(443, 1).get(1)));
    serve(
        wide("a", BY_ADDRESS, 1, all),
        wide("b", BY_ADDRESS, 2, Bind.exact(Actors.PORTLESS_VIP, Protocol.TCP, 53)));
    assertEquals(backend(1), backendOf(datagram(443, 2).get(1)));
    serve(wide("a", BY_ADDRESS, 1, all, Bind.exact(Actors.PORTLESS_VIP, Protocol.UDP, 53)));
    assertEquals(backend(1), backendOf(datagram(443, 3).get(1)));
    serve(wide("a", BY_ADDRESS, 1, all), wide("b", BY_ADDRESS, 2, bind(28, 53, 53)));
    assertEquals(Verdict.DROP_FRAGMENT, verdictOf(datagram(443, 4).get(1)));
  }

  @Test
  void shouldServeLaterFragmentsByTheGenerationOfTheirTime() {
    serve(table("a", BY_PORT, 1, 53));
    List<Frame> datagram = datagram(53, 1);
    assertEquals(backend(1), backendOf(datagram.get(0)));
    serve(table("a", BY_PORT, 2, 53));
    assertEquals(backend(2), backendOf(datagram.get(1)));
    serve(table("a", BY_PORT, 2, 54));
    assertEquals(Verdict.PASS_NO_BIND, verdictOf(datagram.get(1)));
  }

  @Test
  @Tag("flood")
  void shouldForgetTheOldestOfTooManyDatagrams() {
    serve(table("a", BY_PORT, 1, 53));
    for (int id = 1; id <= DATAGRAMS; id++) {
      director.send(datagram(53, id).get(0).toBytes());
    }
    assertEquals(Verdict.DROP_FRAGMENT, verdictOf(datagram(53, 1).get(1)));
    assertEquals(Verdict.TX_FORWARDED, verdictOf(datagram(53, DATAGRAMS).get(1)));
  }

  @Test
  void shouldStillKnowFirstFragmentsAfterARestart() {
    serve(table("a", BY_PORT, 1, 53));
    director.send(datagram(53, 1).get(0).toBytes());
    director.closeHandles();
    director.open();
    assertEquals(Verdict.TX_FORWARDED, verdictOf(datagram(53, 1).get(1)));
  }

  /** Fragments of echo requests, and errors about echo replies, are echo too. */
  @Test
  void shouldPassAllOfEchoWhereTheSettingsSaySo() {
    Settings pass =
        new Settings(
            Optional.of(Actors.DIRECTOR),
            Optional.empty(),
            false,
            Echo.PASS,
            OptionalInt.empty(),
            OptionalInt.empty(),
            false);
    director.publish(new DesiredState(pass, List.of(table("a", BY_PORT, 1, 53))));
    List<Frame> ping = Frame.icmp(CLIENT, VIP, 8, 0, new byte[100]).fragments(1, 40);
    byte[] pong = Frame.icmp(VIP, CLIENT, 0, 0, new byte[100]).ipPacket();
    Frame error = Frame.icmpError(Actors.ROUTER, VIP, 3, 4, 1400, pong);
    assertEquals(Verdict.PASS_ECHO, verdictOf(ping.get(0)));
    assertEquals(Verdict.PASS_ECHO, verdictOf(ping.get(1)));
    assertEquals(Verdict.PASS_ECHO, verdictOf(error));
  }
}
