package io.lbdirector.dataplane;

import static io.lbdirector.dataplane.LoadedDirector.SETTINGS;
import static io.lbdirector.dataplane.LoadedDirector.quicTable;
import static io.lbdirector.dataplane.LoadedDirector.rows;
import static io.lbdirector.dataplane.LoadedDirector.table;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static io.lbdirector.packet.Actors.backend;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.forwarding.Vip;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TransitionTest {
  private static final Bind HTTP = Bind.exact(VIP, Protocol.TCP, 80);
  private static final Bind HTTPS = Bind.exact(VIP, Protocol.TCP, 443);
  private static final Bind HTTP6 = Bind.exact(VIP6, Protocol.TCP, 80);
  private static final Bind QUIC = Bind.exact(VIP, Protocol.UDP, 443);
  private static final Bind QUIC6 = Bind.exact(VIP6, Protocol.UDP, 443);

  private static DesiredState state(DesiredState.Table... tables) {
    return new DesiredState(SETTINGS, List.of(tables));
  }

  private static LiveState live(DesiredState.Table... tables) {
    return Transition.of(LiveState.NONE, state(tables)).next();
  }

  @Test
  void shouldGiveOutSmallestNumbersButNeverZero() {
    Transition first =
        Transition.of(LiveState.NONE, state(table("web", List.of(backend(1), backend(2)), HTTP)));
    assertEquals(1, first.next().generation());
    assertEquals(Map.of(backend(1), 1, backend(2), 2), first.next().backends());
    assertEquals(Set.of(1), first.newTables().keySet());
    assertEquals(Map.of(HTTP, 1), first.statsOfBinds());
  }

  @Test
  void shouldKeepEveryNumberWhileWhatItStandsForIsServed() {
    LiveState before = live(table("web", List.of(backend(1), backend(2)), HTTP, HTTPS));
    Transition to =
        Transition.of(before, state(table("web", List.of(backend(2), backend(3)), HTTPS, HTTP6)));
    assertEquals(before.backends().get(backend(2)), to.next().backends().get(backend(2)));
    assertEquals(
        before.vips().get(new Vip(VIP, 6, 443)).stats(),
        to.next().vips().get(new Vip(VIP, 6, 443)).stats());
  }

  @Test
  void shouldTakeNoNumberThatTheLiveGenerationReaches() {
    LiveState before = live(table("web", List.of(backend(1), backend(2)), HTTP));
    Transition to = Transition.of(before, state(table("web", List.of(backend(3)), HTTPS)));
    assertEquals(Map.of(backend(3), 3), to.next().backends());
    assertEquals(Set.of(2), to.newTables().keySet());
    assertEquals(Set.of(2), to.newStats());
  }

  @Test
  void shouldGiveNumbersOutAgainOnceTheyAreFree() {
    LiveState first = live(table("web", List.of(backend(1)), HTTP));
    LiveState second = Transition.of(first, state(table("web", List.of(backend(2)), HTTPS))).next();
    LiveState third = Transition.of(second, state(table("web", List.of(backend(3)), HTTP))).next();
    assertEquals(Map.of(backend(3), 1), third.backends());
    assertEquals(1, third.vips().get(new Vip(VIP, 6, 80)).table());
  }

  @Test
  void shouldLeaveTheSlotOfEqualRowsWhereItIs() {
    LiveState before = live(table("web", List.of(backend(1), backend(2)), HTTP));
    Transition to =
        Transition.of(before, state(table("renamed", List.of(backend(2), backend(1)), HTTPS)));
    assertTrue(to.newTables().isEmpty());
    assertEquals(before.tables(), to.next().tables());
    assertFalse(to.changesNothing());
  }

  @Test
  void shouldLetTablesOfEqualRowsShareOneSlot() {
    LiveState live =
        live(
            table("one", List.of(backend(1), backend(2)), HTTP),
            table("two", List.of(backend(1), backend(2)), HTTPS));
    assertEquals(1, live.tables().size());
    assertNotEquals(
        live.vips().get(new Vip(VIP, 6, 80)).stats(),
        live.vips().get(new Vip(VIP, 6, 443)).stats());
  }

  @Test
  void shouldFindThatNothingChangesWhateverTheOrder() {
    LiveState before =
        live(
            table("one", List.of(backend(1), backend(2)), HTTP),
            table("two", List.of(backend(3)), HTTPS));
    Transition to =
        Transition.of(
            before,
            state(
                table("two", List.of(backend(3)), HTTPS),
                table("one", List.of(backend(2), backend(1)), HTTP)));
    assertTrue(to.changesNothing());
  }

  @Test
  void shouldFindThatNothingChangesThoughMoreStandsInTheMaps() {
    LiveState before = live(table("web", List.of(backend(1)), HTTP));
    Map<IpAddress, Integer> more = new HashMap<>(before.backends());
    more.put(backend(9), 77);
    LiveState littered =
        new LiveState(
            1, before.settings(), before.vips(), before.wide(), Map.of(), more, before.tables());
    Transition to = Transition.of(littered, state(table("web", List.of(backend(1)), HTTP)));
    assertTrue(to.changesNothing());
    assertEquals(before, to.next());
  }

  @Test
  void shouldGiveABindItsIdOnlyIfItIsTheVeryBindThatHadIt() {
    Bind range = new Bind(Prefix.host(VIP), Optional.of(Protocol.TCP), new PortRange(80, 81));
    LiveState before = live(table("web", List.of(backend(1)), HTTP));
    Transition wider = Transition.of(before, state(table("web", List.of(backend(1)), range)));
    assertEquals(Map.of(range, 2), wider.statsOfBinds());
    Transition narrower =
        Transition.of(wider.next(), state(table("web", List.of(backend(1)), HTTP)));
    assertEquals(Map.of(HTTP, 1), narrower.statsOfBinds());
  }

  @Test
  void shouldKeepTheIdOfAWideBindWhateverElseComesAndGoes() {
    Bind range = new Bind(Prefix.host(VIP), Optional.of(Protocol.TCP), new PortRange(80, 89));
    Bind network = new Bind(new Prefix(VIP, 31), Optional.empty(), PortRange.ANY);
    LiveState before = live(table("web", List.of(backend(1)), range));
    Transition more =
        Transition.of(before, state(table("web", List.of(backend(1)), HTTP, network, range)));
    assertEquals(Map.of(range, 1, HTTP, 2, network, 3), more.statsOfBinds());
    assertEquals(Set.of(2, 3), more.newStats());
    Transition moved =
        Transition.of(
            more.next(),
            state(
                table("web", List.of(backend(1)), HTTP),
                table("other", List.of(backend(2)), range)));
    assertEquals(Map.of(range, 1, HTTP, 2), moved.statsOfBinds());
  }

  @Test
  void shouldServeWideBindsApartFromExactOnes() {
    Bind range = new Bind(Prefix.host(VIP), Optional.of(Protocol.TCP), new PortRange(80, 89));
    LiveState live = live(table("web", List.of(backend(1)), HTTP, range));
    assertEquals(Set.of(new Vip(VIP, 6, 80), Vip.echo(VIP)), live.vips().keySet());
    assertEquals(Set.of(range), live.wide().keySet());
    Transition same = Transition.of(live, state(table("web", List.of(backend(1)), range, HTTP)));
    assertTrue(same.changesNothing());
    Transition without = Transition.of(live, state(table("web", List.of(backend(1)), HTTP)));
    assertFalse(without.changesNothing());
  }

  private static DesiredState.Table quic(Map<Integer, IpAddress> servers, Bind... binds) {
    return quicTable("quic", rows(2, List.of(backend(1), backend(2))), servers, binds);
  }

  private static int serversOf(LiveState state, Bind bind) {
    return state.vips().get(bind.toVip()).servers();
  }

  @Test
  void shouldKeepTheNumberOfASetOfServerIdsAndTakeNoneThatIsLive() {
    Map<Integer, IpAddress> both = Map.of(7, backend(1), 8, backend(2));
    Map<Integer, IpAddress> one = Map.of(7, backend(1));
    LiveState first = live(quic(both, QUIC));
    assertEquals(Map.of(both, 1), first.serverSets());
    assertEquals(1, serversOf(first, QUIC));
    assertTrue(Transition.of(first, state(quic(both, QUIC))).changesNothing());

    Transition second = Transition.of(first, state(quic(one, QUIC)));
    assertFalse(second.changesNothing());
    assertTrue(second.newTables().isEmpty(), "rows stay");
    assertEquals(Map.of(one, 2), second.next().serverSets());
    assertEquals(2, serversOf(second.next(), QUIC));

    Transition third = Transition.of(second.next(), state(quic(one, QUIC6), quic(both, QUIC)));
    assertEquals(Map.of(one, 2, both, 1), third.next().serverSets());
    assertEquals(2, serversOf(third.next(), QUIC6));
    assertEquals(1, serversOf(third.next(), QUIC));
  }

  @Test
  void shouldLetTablesOfEqualServerIdsShareOneSet() {
    Map<Integer, IpAddress> servers = Map.of(7, backend(1));
    LiveState live = live(quic(servers, QUIC), quic(servers, QUIC6));
    assertEquals(Map.of(servers, 1), live.serverSets());
    assertEquals(1, serversOf(live, QUIC6));
  }

  @Test
  void shouldPublishWhatAnIdNamesThoughNoRowMoves() {
    LiveState before = live(quic(Map.of(7, backend(1)), QUIC));
    Transition to = Transition.of(before, state(quic(Map.of(7, backend(2)), QUIC)));
    assertFalse(to.changesNothing());
    assertEquals(before.tables(), to.next().tables());
  }

  @Test
  void shouldKeepPacketsPlainWhereNoIdNamesAnybody() {
    LiveState live = live(quic(Map.of(), QUIC), table("web", List.of(backend(1)), HTTP));
    assertEquals(Map.of(), live.serverSets());
    assertEquals(0, serversOf(live, QUIC));
  }

  @Test
  void shouldFlagNoBindThatIsNotForQuic() {
    DesiredState.Table table = quic(Map.of(7, backend(1)), QUIC, HTTP);
    DesiredState.Quic onlyOne = new DesiredState.Quic(Set.of(QUIC), table.quic().servers());
    LiveState live =
        live(
            new DesiredState.Table(
                table.name(),
                table.hashKey(),
                table.hashFields(),
                table.altHashFields(),
                table.ipip(),
                table.rows(),
                table.binds(),
                table.backends(),
                onlyOne));
    assertEquals(1, serversOf(live, QUIC));
    assertEquals(0, serversOf(live, HTTP));
  }

  @Test
  void shouldPublishTheFirstGenerationEvenIfItServesNothing() {
    assertFalse(Transition.of(LiveState.NONE, state()).changesNothing());
  }
}
