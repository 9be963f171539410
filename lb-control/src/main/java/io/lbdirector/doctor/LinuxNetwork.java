package io.lbdirector.doctor;

import io.lbdirector.director.EgressSettings;
import io.lbdirector.director.EgressState;
import io.lbdirector.director.EgressTracker;
import io.lbdirector.director.GatewayTracker;
import io.lbdirector.director.GatewayTrackerSettings;
import io.lbdirector.director.PortState;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.AddressInfo;
import io.lbdirector.os.AttachedXdp;
import io.lbdirector.os.ChosenRoute;
import io.lbdirector.os.Ethtool;
import io.lbdirector.os.IpFamily;
import io.lbdirector.os.LinkInfo;
import io.lbdirector.os.Netlink;
import io.lbdirector.os.XdpSupport;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The network namespace of the calling thread, as it is. */
final class LinuxNetwork implements Network {
  /** The kernel asks three times, a second apart, before it gives up. */
  private static final Duration GATEWAY_WAIT = Duration.ofSeconds(4);

  @Override
  public List<LinkInfo> links() {
    return ask(Netlink::links);
  }

  @Override
  public List<AddressInfo> addresses() {
    return ask(Netlink::addresses);
  }

  @Override
  public List<AttachedXdp> attachedXdp(int ifindex) {
    return ask(Netlink::attachedXdp).stream().filter(xdp -> xdp.ifindex() == ifindex).toList();
  }

  @Override
  public Optional<ChosenRoute> route(IpAddress destination) {
    return ask(netlink -> netlink.route(destination));
  }

  private static <T> T ask(Function<Netlink, T> question) {
    try (Netlink netlink = Netlink.open()) {
      return question.apply(netlink);
    }
  }

  @Override
  public Device device(LinkInfo link) {
    String name = link.name();
    try (Ethtool ethtool = Ethtool.open()) {
      return new Device(
          ethtool.driver(name),
          XdpSupport.isNative(link.ifindex()),
          XdpSupport.canSend(link.ifindex()),
          ethtool.channels(name),
          ethtool.features(name),
          hashes(ethtool, name));
    }
  }

  private static Map<IpFamily, Boolean> hashes(Ethtool ethtool, String name) {
    Map<IpFamily, Boolean> hashes = new EnumMap<>(IpFamily.class);
    for (IpFamily family : IpFamily.values()) {
      ethtool.hashesUdpPorts(name, family).ifPresent(ports -> hashes.put(family, ports));
    }
    return hashes;
  }

  @Override
  public PortState port(LinkInfo link, GatewayTrackerSettings settings) {
    BlockingQueue<PortState> states = new LinkedBlockingQueue<>();
    try (GatewayTracker tracker = new GatewayTracker(List.of(link.name()), settings)) {
      tracker.start(states::add);
      return awaitAnswer(states);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking for a gateway", e);
    }
  }

  private static PortState awaitAnswer(BlockingQueue<PortState> states)
      throws InterruptedException {
    long deadline = System.nanoTime() + GATEWAY_WAIT.toNanos();
    PortState port = states.take();
    while (isWaiting(port)) {
      PortState next = states.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        return port;
      }
      port = next;
    }
    return port;
  }

  @Override
  public EgressState egress(EgressSettings settings) {
    BlockingQueue<EgressState> states = new LinkedBlockingQueue<>();
    try (EgressTracker tracker = new EgressTracker()) {
      tracker.start(settings, states::add);
      return awaitAnswers(states);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking for next hops", e);
    }
  }

  private static EgressState awaitAnswers(BlockingQueue<EgressState> states)
      throws InterruptedException {
    long deadline = System.nanoTime() + GATEWAY_WAIT.toNanos();
    EgressState state = states.take();
    while (!state.isSettled()) {
      EgressState next = states.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        return state;
      }
      state = next;
    }
    return state;
  }

  /** Whether a gateway's address is known, and its MAC is not. */
  private static boolean isWaiting(PortState port) {
    return Arrays.stream(IpFamily.values())
        .anyMatch(f -> port.gateway(f).isPresent() && port.gatewayMac(f).isEmpty());
  }
}
