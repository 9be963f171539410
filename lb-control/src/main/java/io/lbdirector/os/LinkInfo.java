package io.lbdirector.os;

import io.lbdirector.forwarding.MacAddress;
import java.util.Optional;

/**
 * A network interface as the kernel has it.
 *
 * @param ifindex above 0
 * @param mac empty if its addresses are not Ethernet's
 * @param mtu bytes
 * @param adminUp whether someone set it up
 * @param carrier whether the driver has a link (IFF_LOWER_UP)
 */
public record LinkInfo(
    int ifindex, String name, Optional<MacAddress> mac, int mtu, boolean adminUp, boolean carrier) {

  /** Whether frames can come and go. */
  public boolean up() {
    return adminUp && carrier;
  }
}
