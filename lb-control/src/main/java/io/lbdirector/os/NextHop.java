package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;

/**
 * A neighbour that packets are handed to.
 *
 * @param ifindex output interface
 * @param address of a gateway, or the destination itself where that is on the link
 */
public record NextHop(int ifindex, IpAddress address) {}
