package io.lbdirector;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.ConfigSource;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.PinFolder;
import io.lbdirector.director.LiveConfigFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a daemon starts with: its file, or, if that cannot be used while packets are forwarded
 * still, what was live before.
 *
 * @param refused what is wrong with the file; empty if it is what the daemon starts with
 */
record StartConfig(DirectorConfig config, ConfigSource source, Optional<ConfigException> refused) {

  /** What to do with a file that cannot be used. */
  enum OnBadConfig {
    /** Go on with what was live, and say so, where packets are forwarded; else exit. */
    CONTINUE,
    /** Exit. What is forwarded goes on without a daemon. */
    EXIT
  }

  /**
   * @param run where {@link InstanceNote} is
   * @throws ConfigException with everything that is wrong with the file
   */
  static StartConfig of(Path file, OnBadConfig policy, Path run, Path bpffs)
      throws ConfigException {
    try {
      ConfigSource source = ConfigLoader.source(file);
      return new StartConfig(ConfigLoader.load(source), source, Optional.empty());
    } catch (ConfigException refused) {
      if (policy == OnBadConfig.EXIT) {
        throw refused;
      }
      return lastLive(file, refused, run, bpffs).orElseThrow(() -> refused);
    }
  }

  /** Empty unless just one instance forwards that ran with the file. */
  private static Optional<StartConfig> lastLive(
      Path file, ConfigException refused, Path run, Path bpffs) {
    List<InstanceNote> forwarding =
        InstanceNote.all(run, file).stream()
            .filter(note -> !PinFolder.of(bpffs, note.instance()).pinnedLinks().isEmpty())
            .toList();
    if (forwarding.size() != 1) {
      return Optional.empty();
    }
    InstanceNote note = forwarding.get(0);
    return LiveConfigFile.load(Path.of(note.stateDir()), note.instance())
        .flatMap(source -> load(source, refused));
  }

  private static Optional<StartConfig> load(ConfigSource source, ConfigException refused) {
    try {
      return Optional.of(new StartConfig(ConfigLoader.load(source), source, Optional.of(refused)));
    } catch (ConfigException e) { // of another build, or without its key files
      return Optional.empty();
    }
  }
}
