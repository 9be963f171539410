package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.PORTLESS_VIP;
import static io.lbdirector.packet.Actors.PORTLESS_VIP6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;

import io.lbdirector.abi.Abi;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.FlowHash;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.GueModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A director that serves TCP and UDP on port 443 of two VIPs of each family: at one ports enter the
 * hash, at the other they do not. Knows what must leave.
 */
final class PacketWorld implements AutoCloseable {
  static final int PORT = 443;
  static final Set<IpAddress> PORTLESS = Set.of(PORTLESS_VIP, PORTLESS_VIP6);
  private static final Set<HashField> WITH_PORTS =
      Set.of(HashField.SRC_ADDR, HashField.DST_ADDR, HashField.SRC_PORT, HashField.DST_PORT);
  private static final Set<HashField> WITHOUT_PORTS = Set.of(HashField.SRC_ADDR);

  private final LoadedDirector director = new LoadedDirector();
  private final ForwardingTable rows = LoadedDirector.rows(3, backends(1, 20));
  private final ForwardingTable portlessRows = LoadedDirector.rows(2, backends(21, 40));

  /** On links that take the longest of the frames: what is too big is another test's matter. */
  PacketWorld() {
    director.setPort(Abi.DEFAULT_PORT, 9000);
    director.publish(
        new DesiredState(
            LoadedDirector.SETTINGS,
            List.of(
                table("ports", WITH_PORTS, rows, VIP, VIP6),
                table("addresses", WITHOUT_PORTS, portlessRows, PORTLESS_VIP, PORTLESS_VIP6))));
  }

  private static List<IpAddress> backends(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(Actors::backend).toList();
  }

  private static DesiredState.Table table(
      String name, Set<HashField> fields, ForwardingTable rows, IpAddress... vips) {
    List<Bind> binds =
        Stream.of(vips)
            .flatMap(
                vip ->
                    Stream.of(
                        Bind.exact(vip, Protocol.TCP, PORT), Bind.exact(vip, Protocol.UDP, PORT)))
            .toList();
    return new DesiredState.Table(
        name, LoadedDirector.HASH_KEY, fields, Set.of(), rows, binds, rows.addresses());
  }

  LoadedDirector director() {
    return director;
  }

  /**
   * The frame that must leave for {@code received}.
   *
   * @param innerLength bytes of its IP packet
   * @param flow what is hashed
   * @param port what enters the outer source port
   */
  byte[] wrapped(byte[] received, int innerLength, Flow flow, int port, int trafficClass) {
    boolean portless = PORTLESS.contains(flow.destination());
    ForwardingTable table = portless ? portlessRows : rows;
    long hash = FlowHash.hash(LoadedDirector.HASH_KEY, portless ? WITHOUT_PORTS : WITH_PORTS, flow);
    List<IpAddress> hops = new ArrayList<>();
    for (int hop = 0; hop < table.hopCount(); hop++) {
      hops.add(table.hop((int) hash & 0xffff, hop));
    }
    int sourcePort = 0x8000 | (int) ((hash ^ port) & 0x7fff);
    return GueModel.encapsulate(received, innerLength, hops, sourcePort, trafficClass);
  }

  @Override
  public void close() {
    director.close();
  }
}
