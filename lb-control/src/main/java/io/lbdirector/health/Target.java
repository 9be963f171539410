package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;

/**
 * One thing to check: a backend in the way that one {@code [[table.check]]} says. Equal targets, of
 * whatever tables, are checked once.
 */
public record Target(IpAddress backend, CheckSpec check) {}
