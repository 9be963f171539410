package io.lbdirector.doctor;

import io.lbdirector.director.EgressSettings;
import io.lbdirector.director.EgressState;
import io.lbdirector.director.GatewayTrackerSettings;
import io.lbdirector.director.PortState;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.AddressInfo;
import io.lbdirector.os.AttachedXdp;
import io.lbdirector.os.ChosenRoute;
import io.lbdirector.os.Ethtool.Channels;
import io.lbdirector.os.IpFamily;
import io.lbdirector.os.LinkInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The network namespace that the checks run in. */
interface Network {
  List<LinkInfo> links();

  List<AddressInfo> addresses();

  /** The XDP programs on one interface. */
  List<AttachedXdp> attachedXdp(int ifindex);

  /** The way on which the kernel would send; empty if it knows none. */
  Optional<ChosenRoute> route(IpAddress destination);

  /** What an interface's driver tells of itself. */
  Device device(LinkInfo link);

  /**
   * The gateways of an interface, found as the daemon finds them. Has the kernel ask for a MAC that
   * it does not know, and waits for the answer, some seconds at most.
   */
  PortState port(LinkInfo link, GatewayTrackerSettings settings);

  /**
   * The next hops to backends, found as the daemon finds them. Has the kernel ask for those that it
   * does not know, and waits for the answers, some seconds at most.
   */
  EgressState egress(EgressSettings settings);

  /**
   * @param driver its name
   * @param nativeXdp whether it takes programs in native mode; empty if the kernel does not tell
   * @param xdpSend whether programs of other interfaces may send by it in native mode; likewise
   * @param offloads by the kernel's names, such as {@code rx-lro}, and whether each is on
   * @param hashesUdpPorts whether ports count when a queue is chosen; no entry if it does not tell
   */
  record Device(
      Optional<String> driver,
      Optional<Boolean> nativeXdp,
      Optional<Boolean> xdpSend,
      Optional<Channels> channels,
      Map<String, Boolean> offloads,
      Map<IpFamily, Boolean> hashesUdpPorts) {}
}
