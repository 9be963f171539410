package io.lbdirector.director;

import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Egress;
import io.lbdirector.os.IpFamily;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which families of backends packets go to through a gateway: those that have an outer source
 * address, unless the kernel's routes say where packets go.
 */
final class Families {
  private Families() {}

  static Set<IpFamily> of(DirectorConfig.Director director) {
    return director.egress() == Egress.FIB
        ? Set.of()
        : of(director.sourceIp().isPresent(), director.sourceIp6().isPresent());
  }

  static Set<IpFamily> of(Settings settings) {
    return settings.egressFib()
        ? Set.of()
        : of(settings.sourceIp().isPresent(), settings.sourceIp6().isPresent());
  }

  private static Set<IpFamily> of(boolean v4, boolean v6) {
    Set<IpFamily> families = EnumSet.noneOf(IpFamily.class);
    if (v4) {
      families.add(IpFamily.V4);
    }
    if (v6) {
      families.add(IpFamily.V6);
    }
    return families;
  }

  static Set<IpFamily> union(Set<IpFamily> some, Set<IpFamily> others) {
    Set<IpFamily> all = EnumSet.noneOf(IpFamily.class);
    all.addAll(some);
    all.addAll(others);
    return all;
  }

  /** Those of {@code some} that are not in {@code others}. */
  static Set<IpFamily> minus(Set<IpFamily> some, Set<IpFamily> others) {
    Set<IpFamily> left = EnumSet.noneOf(IpFamily.class);
    left.addAll(some);
    left.removeAll(others);
    return left;
  }
}
