package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.IPIP_OVER6_VIP;
import static io.lbdirector.packet.Actors.IPIP_OVER6_VIP6;
import static io.lbdirector.packet.Actors.IPIP_VIP;
import static io.lbdirector.packet.Actors.IPIP_VIP6;
import static io.lbdirector.packet.Actors.PORTLESS_VIP;
import static io.lbdirector.packet.Actors.PORTLESS_VIP6;
import static io.lbdirector.packet.Actors.QUIC_VIP;
import static io.lbdirector.packet.Actors.QUIC_VIP6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;

import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.FlowHash;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.PortRange;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.GueModel;
import io.lbdirector.packet.IpipModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * /** A director that serves TCP and UDP on port 443 of five VIPs of each family: of tables in
 * whose hash ports enter or not, by GUE or ipip, over IPv4 or IPv6; of the last, UDP goes by the
 * server ids of QUIC. Knows what must leave.
 */
final class PacketWorld implements AutoCloseable {
  static final int PORT = 443;
  static final Set<IpAddress> QUIC = Set.of(QUIC_VIP, QUIC_VIP6);

  /** Server ids, 0x0129 to 0x012d, of all backends of the last table but the last. */
  static final Map<Integer, IpAddress> SERVERS =
      IntStream.range(41, 46)
          .boxed()
          .collect(Collectors.toMap(number -> 0x0100 + number, Actors::backend));

  private static final Set<HashField> WITH_PORTS =
      Set.of(HashField.SRC_ADDR, HashField.DST_ADDR, HashField.SRC_PORT, HashField.DST_PORT);
  private static final Set<HashField> WITHOUT_PORTS = Set.of(HashField.SRC_ADDR);

  private static final List<Service> SERVICES =
      List.of(
          new Service(WITH_PORTS, false, rows(3, 1, Actors::backend), VIP, VIP6),
          new Service(
              WITHOUT_PORTS, false, rows(2, 21, Actors::backend), PORTLESS_VIP, PORTLESS_VIP6),
          new Service(WITH_PORTS, true, rows(1, 41, Actors::backend), IPIP_VIP, IPIP_VIP6),
          new Service(
              WITHOUT_PORTS, true, rows(2, 1, Actors::backend6), IPIP_OVER6_VIP, IPIP_OVER6_VIP6),
          new Service(
              WITH_PORTS,
              false,
              LoadedDirector.rows(4, IntStream.range(41, 47).mapToObj(Actors::backend).toList()),
              QUIC_VIP,
              QUIC_VIP6));

  /** Addresses that have a bind. */
  static final Set<IpAddress> VIPS =
      SERVICES.stream().flatMap(Service::vips).collect(Collectors.toUnmodifiableSet());

  /** Those whose fragments do not need their ports. */
  static final Set<IpAddress> PORTLESS =
      SERVICES.stream()
          .filter(s -> s.fields.equals(WITHOUT_PORTS))
          .flatMap(Service::vips)
          .collect(Collectors.toUnmodifiableSet());

  private final LoadedDirector director = new LoadedDirector();

  /** A table, and its VIPs. */
  private record Service(
      Set<HashField> fields, boolean ipip, ForwardingTable rows, IpAddress vip, IpAddress vip6) {
    Stream<IpAddress> vips() {
      return Stream.of(vip, vip6);
    }

    DesiredState.Table table() {
      List<Bind> binds =
          vips()
              .flatMap(
                  v ->
                      Stream.of(
                          Bind.exact(v, Protocol.TCP, PORT), Bind.exact(v, Protocol.UDP, PORT)))
              .toList();
      return new DesiredState.Table(
          vip.toString(),
          LoadedDirector.HASH_KEY,
          fields,
          Set.of(),
          ipip,
          rows,
          binds,
          rows.addresses());
    }
  }

  static final int MTU = 9000;

  /** On links that take the longest of the frames: what is too big is another test's matter. */
  PacketWorld() {
    this(LoadedDirector.SETTINGS);
  }

  PacketWorld(Settings settings) {
    director.setMtu(MTU);
    director.publish(
        new DesiredState(
            settings,
            SERVICES.stream()
                .map(s -> s.vip.equals(QUIC_VIP) ? quicTable(s) : s.table())
                .toList()));
  }

  /** At one VIP a wide bind that takes TCP as well, at the other an exact one beside TCP's own. */
  private static DesiredState.Table quicTable(Service service) {
    Bind any = new Bind(Prefix.host(QUIC_VIP), Optional.empty(), PortRange.single(PORT));
    Bind udp6 = Bind.exact(QUIC_VIP6, Protocol.UDP, PORT);
    Bind tcp6 = Bind.exact(QUIC_VIP6, Protocol.TCP, PORT);
    return new DesiredState.Table(
        "quic",
        LoadedDirector.HASH_KEY,
        service.fields,
        Set.of(),
        false,
        service.rows,
        List.of(any, udp6, tcp6),
        service.rows.addresses(),
        new DesiredState.Quic(Set.of(any, udp6), SERVERS));
  }

  /** Of twenty backends. */
  private static ForwardingTable rows(int hops, int first, IntFunction<IpAddress> backend) {
    return LoadedDirector.rows(hops, IntStream.range(first, first + 20).mapToObj(backend).toList());
  }

  LoadedDirector director() {
    return director;
  }

  /**
   * The frame that must leave for {@code received}.
   *
   * @param innerLength bytes of its IP packet
   * @param flow what is hashed
   * @param named who leads the row whatever the hash; the others follow in their order
   * @param port what enters the outer source port
   */
  byte[] wrapped(
      byte[] received,
      int innerLength,
      Flow flow,
      Optional<IpAddress> named,
      int port,
      int trafficClass) {
    Service service =
        SERVICES.stream()
            .filter(s -> s.vips().anyMatch(flow.destination()::equals))
            .findFirst()
            .orElseThrow();
    long hash = FlowHash.hash(LoadedDirector.HASH_KEY, service.fields, flow);
    int sourcePort = 0x8000 | (int) ((hash ^ port) & 0x7fff);
    List<IpAddress> hops = hops(service.rows, (int) hash & 0xffff, named);
    return service.ipip
        ? IpipModel.encapsulate(received, innerLength, hops.get(0), trafficClass)
        : GueModel.encapsulate(received, innerLength, hops, sourcePort, trafficClass);
  }

  /** The hops of a row, no more than it has, led by whom the packet names. */
  static List<IpAddress> hops(ForwardingTable table, int row, Optional<IpAddress> named) {
    Stream<IpAddress> ofRow =
        IntStream.range(0, table.hopCount()).mapToObj(hop -> table.hop(row, hop));
    return Stream.concat(named.stream(), ofRow).distinct().limit(table.hopCount()).toList();
  }

  @Override
  public void close() {
    director.close();
  }
}
