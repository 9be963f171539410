package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class VipTableTest {
  private static final IpAddress VIP = IpAddress.parse("203.0.113.10");
  private static final IpAddress OTHER = IpAddress.parse("2001:db8::1");
  private static final Bind HTTP = Bind.exact(VIP, Protocol.TCP, 80);
  private static final Bind DNS = Bind.exact(VIP, Protocol.UDP, 53);
  private static final Bind HTTP6 = Bind.exact(OTHER, Protocol.TCP, 80);

  @Test
  void shouldHaveAnEntryForEachExactBindAndOneForTheEchoOfEachAddress() {
    assertEquals(
        Map.of(
            new Vip(VIP, 17, 53),
            0,
            new Vip(VIP, 6, 80),
            1,
            new Vip(OTHER, 6, 80),
            2,
            Vip.echo(VIP),
            1,
            Vip.echo(OTHER),
            2),
        VipTable.of(List.of(DNS, HTTP, HTTP6)).entries());
  }

  @Test
  void shouldHaveNothingOfWideBinds() {
    List<Bind> wide =
        List.of(
            new Bind(new Prefix(IpAddress.parse("10.0.0.0"), 8), Optional.empty(), PortRange.ANY),
            new Bind(Prefix.host(VIP), Optional.of(Protocol.TCP), PortRange.ANY),
            new Bind(Prefix.host(VIP), Optional.empty(), PortRange.single(80)));
    assertEquals(Map.of(), VipTable.of(wide).entries());
  }

  @Test
  void shouldLetTheEchoOfAnAddressFollowAWideBindOfItAlone() {
    Bind range = new Bind(Prefix.host(VIP), Optional.of(Protocol.TCP), new PortRange(1, 100));
    assertEquals(
        Map.of(new Vip(VIP, 17, 53), 0, Vip.echo(VIP), 1),
        VipTable.of(List.of(DNS, range)).entries());
  }

  @Test
  void shouldHaveAPortlessEntryWherePortsDecideNothing() {
    IpAddress other = IpAddress.parse("203.0.113.11");
    List<Bind> binds =
        List.of(
            Bind.exact(VIP, Protocol.TCP, 80),
            Bind.exact(VIP, Protocol.TCP, 443),
            Bind.exact(VIP, Protocol.UDP, 53),
            Bind.exact(VIP, Protocol.UDP, 443),
            Bind.exact(other, Protocol.TCP, 80));
    int[] tables = {7, 7, 7, 8, 9}; // 9 hashes by ports
    assertEquals(Map.of(new Vip(VIP, Protocol.TCP.number(), 0), 0), portless(binds, tables));
  }

  @Test
  void shouldHaveNoPortlessEntryWhereAWideBindLeadsElsewhere() {
    Bind http = Bind.exact(VIP, Protocol.TCP, 80);
    Bind around =
        new Bind(
            new Prefix(IpAddress.parse("203.0.113.0"), 24), Optional.empty(), new PortRange(1, 9));
    Bind udp = new Bind(Prefix.host(VIP), Optional.of(Protocol.UDP), new PortRange(1, 9));
    Map<Vip, Integer> entry = Map.of(new Vip(VIP, Protocol.TCP.number(), 0), 0);
    assertEquals(Map.of(), portless(List.of(http, around), new int[] {7, 8}));
    assertEquals(Map.of(), portless(List.of(http, around), new int[] {7, 9}));
    assertEquals(entry, portless(List.of(http, around), new int[] {7, 7}));
    assertEquals(entry, portless(List.of(http, udp), new int[] {7, 8}));
  }

  /** The entries that come to those of the binds; table 9 hashes by ports. */
  private static Map<Vip, Integer> portless(List<Bind> binds, int[] tables) {
    VipTable table = VipTable.of(binds);
    Map<Vip, Integer> added =
        new HashMap<>(
            table
                .withPortless(
                    binds, b -> tables[b] == 9 ? OptionalInt.empty() : OptionalInt.of(tables[b]))
                .entries());
    table.entries().forEach(added::remove);
    return added;
  }
}
