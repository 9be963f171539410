package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig.Gateway;

/**
 * How the next hops are to be found.
 *
 * @param want4 whether packets go to IPv4 backends at all
 * @param want6 the same for IPv6
 */
record GatewayTrackerSettings(Gateway gateway, Gateway gateway6, boolean want4, boolean want6) {}
