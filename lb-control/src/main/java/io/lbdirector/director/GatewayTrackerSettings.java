package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Gateway;
import io.lbdirector.os.IpFamily;
import java.util.Set;

/**
 * How the next hops are to be found.
 *
 * @param gateway where packets to IPv4 backends go; not looked at unless {@code want4}
 * @param gateway6 the same for IPv6
 * @param want4 whether packets go to IPv4 backends at all
 * @param want6 the same for IPv6
 */
public record GatewayTrackerSettings(
    Gateway gateway, Gateway gateway6, boolean want4, boolean want6) {

  /** What a config wants: for some {@link Families}, a gateway. */
  public static GatewayTrackerSettings of(DirectorConfig.Director director) {
    Set<IpFamily> families = Families.of(director);
    return new GatewayTrackerSettings(
        director.gateway(),
        director.gateway6(),
        families.contains(IpFamily.V4),
        families.contains(IpFamily.V6));
  }

  /** These, and {@code other}'s for a family that only {@code other} wants. */
  GatewayTrackerSettings or(GatewayTrackerSettings other) {
    return new GatewayTrackerSettings(
        want4 ? gateway : other.gateway,
        want6 ? gateway6 : other.gateway6,
        want4 || other.want4,
        want6 || other.want6);
  }
}
