package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The way on which the kernel would send to one destination.
 *
 * @param ifindex output interface
 * @param gateway empty if the destination is on the link
 * @param mtu bytes, as the route says or as an ICMP error has told lately; empty if the interface's
 *     counts
 */
public record ChosenRoute(int ifindex, Optional<IpAddress> gateway, OptionalInt mtu) {}
