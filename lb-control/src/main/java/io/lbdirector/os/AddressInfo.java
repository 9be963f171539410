package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;

/** An address that this machine takes packets for. */
public record AddressInfo(int ifindex, IpAddress address) {}
