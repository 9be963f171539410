package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;

import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.FlowHash;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.os.ScratchNetns;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.GueModel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A director with routes of its own: packets come in by {@code in0}, of 1500 bytes, and leave for
 * the one backend by {@code out0}, of 1400, through gateways that are known. Needs root.
 */
final class EgressWorld implements AutoCloseable {
  static final int IN = 10;
  static final int OUT = 11;
  static final String OUT_MAC = "02:00:00:00:00:0b";
  static final String OUT_GATEWAY = "02:00:00:00:09:01";
  static final IpAddress BACKEND = Actors.backend(1);
  static final IpAddress BACKEND6 = Actors.backend6(1);
  private static final Set<HashField> FIELDS = Set.of(HashField.SRC_ADDR, HashField.SRC_PORT);

  private final ScratchNetns netns = ScratchNetns.create("fib");
  private final LoadedDirector director;

  EgressWorld() {
    netns.sysctl("net.ipv6.conf.default.accept_dad=0");
    link("in0", IN, Actors.DIRECTOR_MAC.toString(), 1500);
    link("out0", OUT, OUT_MAC, 1400);
    netns.sysctl("net.ipv4.conf.in0.forwarding=1");
    netns.sysctl("net.ipv6.conf.in0.forwarding=1");
    ip("addr add 10.0.0.2/24 dev in0");
    ip("addr add 2001:db8::2/64 dev in0");
    ip("addr add 10.9.0.2/24 dev out0");
    ip("addr add 2001:db8:9::2/64 dev out0");
    ip("route add 10.0.1.1 via 10.9.0.1");
    ip("route add 2001:db8:1::1 via 2001:db8:9::1");
    neighbour("10.9.0.1", OUT_GATEWAY, "out0");
    neighbour("2001:db8:9::1", OUT_GATEWAY, "out0");
    neighbour("10.0.0.1", Actors.GATEWAY_MAC.toString(), "in0");
    neighbour("2001:db8::1", Actors.GATEWAY6_MAC.toString(), "in0");
    director = netns.own(new LoadedDirector());
    director.receiveBy(netns.open(), IN);
    director.addEgress(OUT);
    serve(BACKEND, OptionalInt.empty());
  }

  private void link(String name, int index, String mac, int mtu) {
    ip(
        "link add %s index %d address %s mtu %d type veth peer name %sp"
            .formatted(name, index, mac, mtu, name));
    ip("link set " + name + " up");
    ip("link set " + name + "p up");
  }

  private void neighbour(String address, String mac, String name) {
    ip("neigh add " + address + " lladdr " + mac + " dev " + name + " nud permanent");
  }

  void ip(String arguments) {
    netns.ip(arguments);
  }

  /** Runs a command, its words apart by single spaces. */
  void run(String command) {
    netns.exec(command.split(" "));
  }

  LoadedDirector director() {
    return director;
  }

  void serve(IpAddress backend, OptionalInt mtu) {
    serve(backend, mtu, false, true);
  }

  void serve(IpAddress backend, OptionalInt mtu, boolean copyDscp, boolean fib) {
    Settings settings = settings(mtu, copyDscp, fib);
    DesiredState.Table table =
        LoadedDirector.table(
            "web",
            LoadedDirector.rows(1, List.of(backend)),
            Bind.exact(VIP, Protocol.TCP, 443),
            Bind.exact(VIP6, Protocol.TCP, 443));
    director.publish(new DesiredState(settings, List.of(table)));
  }

  static Settings settings(OptionalInt mtu, boolean copyDscp, boolean fib) {
    return new Settings(
        Optional.of(Actors.DIRECTOR),
        Optional.of(Actors.DIRECTOR6),
        copyDscp,
        Echo.FORWARD,
        mtu,
        OptionalInt.empty(),
        fib);
  }

  /** Has another director receive by {@code in0}. */
  void receive(LoadedDirector other) {
    other.receiveBy(netns.open(), IN);
  }

  /** What leaves by {@code in0}, through the gateway there. */
  static byte[] wrapped(byte[] received, int innerLength, Flow flow, IpAddress backend, int dscp) {
    long hash = FlowHash.hash(LoadedDirector.HASH_KEY, FIELDS, flow);
    int sourcePort = 0x8000 | (int) ((hash ^ flow.sourcePort()) & 0x7fff);
    return GueModel.encapsulate(received, innerLength, List.of(backend), sourcePort, dscp);
  }

  /** The same with other MACs in front. */
  static byte[] from(byte[] frame, String source, String destination) {
    byte[] changed = frame.clone();
    System.arraycopy(mac(destination), 0, changed, 0, MacAddress.LENGTH);
    System.arraycopy(mac(source), 0, changed, MacAddress.LENGTH, MacAddress.LENGTH);
    return changed;
  }

  private static byte[] mac(String text) {
    return MacAddress.tryParse(text).orElseThrow().toBytes();
  }

  @Override
  public void close() {
    netns.close();
  }
}
