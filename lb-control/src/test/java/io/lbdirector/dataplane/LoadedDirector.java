package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.PortLayout;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.PrivateBpfFs;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.SipKey;
import io.lbdirector.forwarding.TableRows;
import io.lbdirector.forwarding.TableRules;
import io.lbdirector.os.NetworkNamespace;
import io.lbdirector.packet.Actors;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;

/** A director loaded into this kernel, pinned in a bpffs of its own, driven by test-run. */
final class LoadedDirector implements AutoCloseable {
  static final SipKey HASH_KEY = SipKey.parseHex("12345678901234561234567890123456");
  static final SipKey SEED = SipKey.parseHex("34567890123456783456789012345678");
  static final Settings SETTINGS =
      settings(Optional.of(Actors.DIRECTOR), Optional.of(Actors.DIRECTOR6));

  /** Interface where frames come in, unless {@link #receiveBy} names another. */
  static final int LOOPBACK = 1;

  /** {@code XDP_DROP}, {@code XDP_PASS}, {@code XDP_TX}, {@code XDP_REDIRECT}. */
  static final int DROP = 1;

  static final int PASS = 2;
  static final int TX = 3;
  static final int REDIRECT = 4;

  private final PrivateBpfFs bpffs = PrivateBpfFs.mount();
  private DataPlane plane;
  private DataPlaneSwap swap;
  private SwapStep.Observer observer = SwapStep.Observer.NONE;
  private LiveState live = LiveState.NONE;
  private Optional<NetworkNamespace> from = Optional.empty();
  private int ifindex;

  /** Nothing but the outer sources. */
  static Settings settings(Optional<IpAddress> sourceIp, Optional<IpAddress> sourceIp6) {
    return new Settings(
        sourceIp, sourceIp6, false, Echo.FORWARD, OptionalInt.empty(), OptionalInt.empty(), false);
  }

  LoadedDirector() {
    try {
      open();
      setMtu(1500);
    } catch (RuntimeException | Error e) {
      Handles.suppress(e, this::close);
      throw e;
    }
  }

  PinFolder pins() {
    return PinFolder.of(bpffs.folder(), "test");
  }

  /** Opens the data plane as a daemon does at its start: takes over what is pinned. */
  void open() {
    plane = DataPlane.open(pins(), BpfObjects.director());
    live = LiveStateReader.read(plane);
    swap = new DataPlaneSwap(plane, step -> observer.before(step));
  }

  /** Closes this process's handles, as the end of a daemon does. */
  void closeHandles() {
    plane.close();
    plane = null;
  }

  /** Of the loopback, whose packets may take the short way, and of all other interfaces. */
  void setMtu(int mtu) {
    setPort(Abi.DEFAULT_PORT, mtu);
    setPort(LOOPBACK, mtu);
  }

  /** Whatever comes takes the complete way. */
  void closeShortWay() {
    plane.removePort(LOOPBACK);
  }

  void setPort(int ifindex) {
    setPort(ifindex, 1500);
  }

  void setPort(int ifindex, int mtu) {
    plane.setPort(
        ifindex,
        PortLayout.encode(
            Actors.DIRECTOR_MAC,
            Optional.of(Actors.GATEWAY_MAC),
            Optional.of(Actors.GATEWAY6_MAC),
            mtu));
  }

  DataPlane plane() {
    return plane;
  }

  LiveState live() {
    return live;
  }

  Transition publish(DesiredState desired) {
    return publish(desired, SwapStep.Observer.NONE);
  }

  Transition publish(DesiredState desired, SwapStep.Observer observer) {
    Transition transition = Transition.of(live, desired);
    this.observer = observer;
    try {
      live = swap.apply(transition);
    } catch (DataPlaneSwap.RetireException e) {
      live = e.live();
      throw e;
    }
    return transition;
  }

  TestRun send(byte[] frame) {
    if (from.isEmpty()) {
      return plane.program().testRun(frame, 1);
    }
    return in(from.get(), () -> plane.program().testRun(frame, 1, ifindex));
  }

  /** From now on frames come in by this interface of a namespace, whose routes count. */
  void receiveBy(NetworkNamespace netns, int newIfindex) {
    from = Optional.of(netns);
    ifindex = newIfindex;
  }

  /** Lets packets leave by an interface of that namespace. */
  void addEgress(int egress) {
    in(
        from.orElseThrow(),
        () -> {
          plane.addEgress(egress);
          return null;
        });
  }

  private static <T> T in(NetworkNamespace netns, Callable<T> task) {
    try {
      return netns.call(task);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Runs the frame through the program, and returns the one verdict that counted it. */
  Verdict verdictOf(byte[] frame) {
    Map<Verdict, CounterReader.Count> before = new CounterReader(plane).verdicts();
    send(frame);
    Map<Verdict, CounterReader.Count> after = new CounterReader(plane).verdicts();
    List<Verdict> counted =
        before.keySet().stream().filter(v -> !before.get(v).equals(after.get(v))).toList();
    if (counted.size() != 1) {
      throw new AssertionError("one packet was counted under " + counted);
    }
    Verdict verdict = counted.get(0);
    CounterReader.Count one = new CounterReader.Count(1, frame.length);
    if (!before.get(verdict).plus(one).equals(after.get(verdict))) {
      throw new AssertionError(verdict + " went from " + before + " to " + after);
    }
    return verdict;
  }

  /** A table over {@code backends}, hashed by source address and port, two hops a row. */
  static DesiredState.Table table(String name, List<IpAddress> backends, Bind... binds) {
    return table(name, rows(2, backends), binds);
  }

  static DesiredState.Table table(String name, ForwardingTable rows, Bind... binds) {
    return new DesiredState.Table(
        name,
        HASH_KEY,
        Set.of(HashField.SRC_ADDR, HashField.SRC_PORT),
        Set.of(),
        false,
        rows,
        List.of(binds),
        rows.addresses());
  }

  /** The same by ipip. */
  static DesiredState.Table ipip(DesiredState.Table table) {
    return new DesiredState.Table(
        table.name(),
        table.hashKey(),
        table.hashFields(),
        table.altHashFields(),
        true,
        table.rows(),
        table.binds(),
        table.backends(),
        table.quic());
  }

  /** The same, where every bind goes by server ids. */
  static DesiredState.Table quicTable(
      String name, ForwardingTable rows, Map<Integer, IpAddress> servers, Bind... binds) {
    DesiredState.Table table = table(name, rows, binds);
    return new DesiredState.Table(
        name,
        table.hashKey(),
        table.hashFields(),
        table.altHashFields(),
        false,
        rows,
        table.binds(),
        table.backends(),
        new DesiredState.Quic(Set.of(binds), servers));
  }

  static ForwardingTable rows(int hops, List<IpAddress> backends) {
    return TableRows.build(
        TableRules.rendezvous(SEED, hops),
        backends.stream().map(Backend::active).toList(),
        b -> true);
  }

  @Override
  public void close() {
    try {
      if (plane != null) {
        plane.close();
      }
    } finally {
      bpffs.close();
    }
  }
}
