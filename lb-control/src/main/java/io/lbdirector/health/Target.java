package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;

/** One thing to check: a backend, and how. Equal targets are checked once. */
public record Target(IpAddress backend, CheckSpec check) {}
