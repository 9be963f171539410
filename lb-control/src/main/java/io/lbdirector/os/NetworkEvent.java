package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;

/** What {@link NetworkMonitor} tells. */
public sealed interface NetworkEvent {
  /** A link appeared, or something of it changed. */
  record LinkChanged(LinkInfo link) implements NetworkEvent {}

  /** A link is gone; {@code link} is how it was last. */
  record LinkRemoved(LinkInfo link) implements NetworkEvent {}

  /** The kernel learned of a neighbour, or thinks otherwise of it. */
  record NeighbourChanged(NeighbourInfo neighbour) implements NetworkEvent {}

  /** The kernel forgot a neighbour. */
  record NeighbourRemoved(int ifindex, IpAddress address) implements NetworkEvent {}

  /**
   * A default route came, went or changed; ask {@link Netlink#defaultRoutes}. Not told when a link
   * that goes down takes its routes along: the kernel is silent then, so ask after LinkChanged too.
   */
  record RoutesChanged(IpFamily family) implements NetworkEvent {}

  /** The same of any other route that packets may take, now and then many a second. */
  record OtherRoutesChanged(IpFamily family) implements NetworkEvent {}

  /**
   * Events were lost, or something happened of which the kernel does not tell all; ask {@link
   * Netlink} for everything anew.
   */
  record Resync() implements NetworkEvent {}
}
