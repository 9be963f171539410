package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Check;
import io.lbdirector.config.DirectorConfig.CheckType;
import io.lbdirector.config.DirectorConfig.TableBind;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.health.CheckSpec;
import io.lbdirector.health.Health;
import io.lbdirector.health.Target;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What a config has checked, and what the results mean for its tables. */
final class CheckTargets {
  private CheckTargets() {}

  /** Everything that is to be checked: every backend, in whatever state, in every way. */
  static Set<Target> of(DirectorConfig config) {
    Set<Target> targets = new HashSet<>();
    for (DirectorConfig.Table table : config.tables()) {
      for (CheckSpec spec : specs(table)) {
        table.pool().forEach(backend -> targets.add(new Target(backend.address(), spec)));
      }
    }
    return targets;
  }

  /**
   * The targets of some backends.
   *
   * @param backends by the name of the table
   */
  static Set<Target> of(DirectorConfig config, Map<String, Set<IpAddress>> backends) {
    Set<Target> targets = new HashSet<>();
    for (DirectorConfig.Table table : config.tables()) {
      Set<IpAddress> some = backends.getOrDefault(table.name(), Set.of());
      for (CheckSpec spec : specs(table)) {
        table.pool().stream()
            .map(Backend::address)
            .filter(some::contains)
            .forEach(address -> targets.add(new Target(address, spec)));
      }
    }
    return targets;
  }

  /** In the file's order. */
  static List<CheckSpec> specs(DirectorConfig.Table table) {
    return table.checks().stream().map(check -> spec(check, table)).toList();
  }

  private static CheckSpec spec(Check check, DirectorConfig.Table table) {
    boolean tunnel = check.viaTunnel() || check.type() == CheckType.TUNNEL;
    return new CheckSpec(
        CheckSpec.Type.valueOf(check.type().name()),
        tunnel ? Optional.of(vip(check, table)) : Optional.empty(),
        check.port(),
        check.path(),
        check.host(),
        check.status(),
        check.body(),
        check.interval(),
        check.timeout(),
        check.rise(),
        check.fall());
  }

  /** The address of a bind that such traffic comes by; if there is none, of the first. */
  private static IpAddress vip(Check check, DirectorConfig.Table table) {
    return table.binds().stream()
        .map(TableBind::bind)
        .filter(bind -> carries(bind, check))
        .findFirst()
        .orElse(table.binds().get(0).bind())
        .prefix()
        .address();
  }

  private static boolean carries(Bind bind, Check check) {
    boolean tcp = bind.protocol().isEmpty() || bind.protocol().get() == Protocol.TCP;
    return check.port().isEmpty()
        || tcp
            && bind.ports().first() <= check.port().getAsInt()
            && check.port().getAsInt() <= bind.ports().last();
  }

  /** What the results mean, for every table that has checks. */
  static Map<String, TableVerdict> verdicts(
      DirectorConfig config, Pools pools, Function<Target, Health> found) {
    Map<String, TableVerdict> verdicts = new HashMap<>();
    for (DirectorConfig.Table table : config.tables()) {
      List<CheckSpec> specs = specs(table);
      if (!specs.isEmpty()) {
        verdicts.put(
            table.name(),
            TableVerdict.of(
                pools.of(table),
                backend -> healthOf(backend, specs, found),
                config.health().maxDownPercent()));
      }
    }
    return verdicts;
  }

  /** All checks must pass: one that is down is enough. */
  private static Health healthOf(
      Backend backend, List<CheckSpec> specs, Function<Target, Health> found) {
    Health all = Health.UP;
    for (CheckSpec spec : specs) {
      Health one = found.apply(new Target(backend.address(), spec));
      if (one == Health.DOWN) {
        return Health.DOWN;
      }
      all = one == Health.UNKNOWN ? Health.UNKNOWN : all;
    }
    return all;
  }
}
