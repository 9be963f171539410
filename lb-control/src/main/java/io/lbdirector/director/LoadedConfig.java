package io.lbdirector.director;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.ConfigSource;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.director.DirectorControl.ProblemReport;
import io.lbdirector.director.DirectorControl.RefusedException;
import java.util.List;

/** A config that a running daemon can take, and what it was read from. */
record LoadedConfig(ConfigSource source, DirectorConfig config) {
  /**
   * @param started what the daemon was started with
   * @throws RefusedException with every problem, if it is no good, or changes what only a restart
   *     can change
   */
  static LoadedConfig load(ConfigSource source, DirectorConfig started) {
    DirectorConfig config;
    try {
      config = ConfigLoader.load(source);
    } catch (ConfigException e) {
      throw refused(source.name(), e);
    }
    List<ProblemReport> fixed = FixedKeys.changed(started, config, source.name());
    if (!fixed.isEmpty()) {
      throw new RefusedException(
          source.name() + " changes what only a restart can change", fixed, null);
    }
    return new LoadedConfig(source, config);
  }

  static RefusedException refused(String name, ConfigException e) {
    return new RefusedException(
        name + " cannot be used",
        e.problems().stream().map(p -> new ProblemReport(p.line(), p.key(), p.toString())).toList(),
        e);
  }
}
