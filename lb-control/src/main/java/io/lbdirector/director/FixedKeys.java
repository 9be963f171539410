package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.director.DirectorControl.ProblemReport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The keys of a config that name what a running daemon holds on to: a reload may not change them.
 */
final class FixedKeys {
  private FixedKeys() {}

  /** A key, and how to read it. */
  private record Key(String path, Function<DirectorConfig, Object> value) {}

  private static final List<Key> KEYS =
      List.of(
          new Key("director.instance", c -> c.director().instance()),
          new Key("director.interfaces", c -> c.director().interfaces()),
          new Key("director.mode", c -> c.director().mode()),
          new Key("director.state_dir", c -> c.director().stateDir()),
          new Key("admin.socket", c -> c.admin().socket()),
          new Key("admin.group", c -> c.admin().group()),
          new Key("admin.metrics", c -> c.admin().metrics()),
          new Key("admin.statsd", c -> c.admin().statsd()));

  /** One problem for each key that {@code wanted} would change. */
  static List<ProblemReport> changed(DirectorConfig running, DirectorConfig wanted, String name) {
    List<ProblemReport> problems = new ArrayList<>();
    for (Key key : KEYS) {
      Object now = key.value().apply(running);
      Object then = key.value().apply(wanted);
      if (!now.equals(then)) {
        problems.add(
            new ProblemReport(
                0,
                key.path(),
                name
                    + ": "
                    + key.path()
                    + " = "
                    + then
                    + ", but the running daemon has "
                    + now
                    + "; a reload cannot change it: restart lbd, which cuts no traffic"));
      }
    }
    return problems;
  }
}
