package io.lbdirector.bench.wire;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.Outcome;
import io.lbdirector.abi.PortLayout;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.bench.director.PhasedReload;
import io.lbdirector.bench.director.PhasedReload.Timing;
import io.lbdirector.bench.director.PrivateDirector;
import io.lbdirector.bench.lab.Host;
import io.lbdirector.bench.lab.Network;
import io.lbdirector.bench.packet.BenchObjects;
import io.lbdirector.bench.wire.WireObject.Counter;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.XdpLink;
import io.lbdirector.dataplane.BackendProgram;
import io.lbdirector.dataplane.BpfObjects;
import io.lbdirector.dataplane.CounterReader;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.forwarding.IpAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The network with its programs: a director and a backend of the product's own classes, and those
 * of {@code bench_wire.bpf.c}. Whatever is measured says first which programs stand where.
 */
final class WireLab implements AutoCloseable {
  static final IpAddress VIP = ConfigText.vip(0);
  static final int FLOWS = 1 << 16;

  /** Before any edit. */
  static final ConfigText TEXT = ConfigText.of(1, 50);

  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Network network;
  private final PrivateDirector director;
  private final PhasedReload reloads;
  private final CounterReader counters;
  private final BackendProgram backend;
  private final WireObject straight;
  private final WireObject routed;
  private final BpfProgram floor;
  private final XdpLink place;
  private final XdpLink routerToDirector;
  private final XdpLink routerToClient;

  WireLab() {
    try {
      network = own(new Network(VIP));
      director = own(PrivateDirector.open());
      counters = new CounterReader(director.plane());
      reloads = new PhasedReload(director.plane());
      configure();
      backend = backend();
      straight = own(straight());
      routed = own(routed());
      floor = own(floor());
      place = own(network.director().attach(straight.stub(), "eth0"));
      routerToDirector = own(network.router().attach(straight.pass(), "director"));
      routerToClient = own(network.router().attach(straight.pass(), "client"));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  private void configure() {
    reloads.reload(TEXT.afterEdit(0));
    director
        .plane()
        .setPort(
            network.director().ifindex("eth0"),
            PortLayout.encode(
                Network.DIRECTOR_MAC,
                Optional.of(Network.ROUTER_TO_DIRECTOR_MAC),
                Optional.empty(),
                Network.TUNNEL_MTU));
  }

  private BackendProgram backend() {
    Host host = network.backend();
    BackendProgram program =
        new BackendProgram(
            director.bpffs(), host.namespace().inode(), "eth0", BpfObjects.backend());
    int ifindex = host.ifindex("eth0");
    host.call(
        () ->
            program.attach(
                ifindex,
                new BackendProgram.Options(
                    Abi.GUE_PORT, Set.of(BackendProgram.Options.ANY), Set.of())));
    return program;
  }

  private WireObject straight() {
    return new WireObject(
        new SynFrame(Network.ROUTER_TO_DIRECTOR_MAC, Network.DIRECTOR_MAC, VIP, FLOWS),
        network.router().ifindex("director"));
  }

  private WireObject routed() {
    return new WireObject(
        new SynFrame(Network.CLIENT_MAC, Network.ROUTER_TO_CLIENT_MAC, VIP, FLOWS),
        network.client().ifindex("eth0"));
  }

  private static BpfProgram floor() {
    try (BpfObject reference = BenchObjects.open("bench_reference")) {
      reference.load();
      return reference.program("bench_floor");
    }
  }

  /**
   * Reloads the director.
   *
   * @param edit of {@link #TEXT}
   */
  Timing reload(int edit) {
    return reloads.reload(TEXT.afterEdit(edit));
  }

  Network network() {
    return network;
  }

  /** The link that holds the program in the director's place. */
  XdpLink place() {
    return place;
  }

  /** Sends to the director, and takes what comes back from it. */
  FrameSender straightSender() {
    routerToDirector.update(straight.sink());
    return new FrameSender(network.router(), straight.sender());
  }

  /** Sends from the client, through the router. */
  FrameSender routedSender() {
    routerToDirector.update(straight.pass());
    return new FrameSender(network.client(), routed.sender());
  }

  List<Contestant> straightContestants() {
    return List.of(
        new Contestant("stub", straight.stub(), straightStations(false, Counter.PLAIN)),
        new Contestant("floor", floor, straightStations(false, Counter.GUE)),
        straightDirector());
  }

  Contestant straightDirector() {
    return new Contestant(
        "director", director.plane().program(), straightStations(true, Counter.GUE));
  }

  List<Contestant> routedContestants() {
    return List.of(
        new Contestant("stub", straight.stub(), routedStations(false, Outcome.PASSED)),
        new Contestant("director", director.plane().program(), routedStations(true, Outcome.SYN)));
  }

  private List<Station> straightStations(boolean isDirector, Counter as) {
    List<Station> stations = new ArrayList<>();
    stations.add(sent(straight, network.router(), "router", "director"));
    stations.addAll(director(isDirector));
    stations.add(
        Station.lossless(
            "sink on the router's `director`: " + (as == Counter.GUE ? "GUE" : "as sent"),
            () -> straight.count(as)));
    return stations;
  }

  private List<Station> routedStations(boolean isDirector, Outcome as) {
    List<Station> stations = new ArrayList<>();
    stations.add(sent(routed, network.client(), "client", "eth0"));
    stations.add(received(network.router(), "router", "client", "director"));
    stations.addAll(director(isDirector));
    stations.add(received(network.router(), "router", "director", "backend"));
    stations.add(
        Station.lossless(
            "backend's program: " + as.label(), () -> backend.stats().total().get(as).packets()));
    return stations;
  }

  private static Station sent(WireObject object, Host host, String name, String device) {
    return new Station(
        "sender",
        () -> object.count(Counter.SENT),
        txDropped(name, device),
        () -> host.notSent(device));
  }

  /**
   * @param in device that they come in by
   * @param out device that they go out by
   */
  private static Station received(Host host, String name, String in, String out) {
    return new Station(
        name + "'s `" + in + "`, rx packets",
        () -> host.received(in),
        txDropped(name, out),
        () -> host.notSent(out));
  }

  private static String txDropped(String host, String device) {
    return host + "'s `" + device + "`, tx dropped";
  }

  /** The stub counts nothing itself. The director must have forwarded all that it got. */
  private List<Station> director(boolean isDirector) {
    Host host = network.director();
    if (!isDirector) {
      return List.of(received(host, "director", "eth0", "eth0"));
    }
    return List.of(
        Station.lossless("director's `eth0`, rx packets", () -> host.received("eth0")),
        Station.lossless("director: sum of verdicts", this::verdicts),
        new Station(
            "director: tx_forwarded",
            this::forwarded,
            txDropped("director", "eth0"),
            () -> host.notSent("eth0")));
  }

  private long verdicts() {
    return counters.verdicts().values().stream().mapToLong(Count::packets).sum();
  }

  /** From now on the backend has the VIP, and a server on it. */
  EchoServer serve(int port) {
    routerToDirector.update(straight.pass());
    place.update(director.plane().program());
    network.backend().ip("addr add " + VIP + "/32 dev lo");
    return own(new EchoServer(network.backend(), port));
  }

  /**
   * Turns what the client sends to the VIP.
   *
   * @param toDirector else to the backend, as it is
   */
  void turn(boolean toDirector) {
    String next = toDirector ? Network.DIRECTOR_ADDRESS : Network.BACKEND_ADDRESS;
    network.router().ip("route replace " + VIP + " via " + next);
  }

  /** What the director has forwarded so far. */
  long forwarded() {
    return counters.verdicts().get(Verdict.TX_FORWARDED).packets();
  }

  /** Everything, even if something does not close. */
  @Override
  public void close() {
    if (owned.isEmpty()) {
      return;
    }
    try (AutoCloseable last = owned.pop()) {
      close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("close the lab: " + e.getMessage(), e);
    }
  }
}
