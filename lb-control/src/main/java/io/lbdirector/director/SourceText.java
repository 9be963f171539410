package io.lbdirector.director;

import io.lbdirector.config.ConfigSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A {@link ConfigSource} as state files have it. It holds the secrets of the config.
 *
 * @param folder null if the config may name no key files
 */
record SourceText(String name, String folder, String toml) {
  static SourceText of(ConfigSource source) {
    return new SourceText(
        source.name(),
        source.folder().map(Path::toString).orElse(null),
        new String(source.toml(), StandardCharsets.UTF_8));
  }

  /**
   * @throws NullPointerException if the name or the text is missing
   */
  ConfigSource source() {
    return new ConfigSource(
        name.toString(),
        toml.getBytes(StandardCharsets.UTF_8),
        Optional.ofNullable(folder).map(Path::of));
  }
}
