package io.lbdirector.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A config as text, with what it takes to read it again.
 *
 * @param name what to call it in messages
 * @param toml UTF-8; not to be changed
 * @param folder where relative paths of key files start; empty if it may name none
 */
public record ConfigSource(String name, byte[] toml, Optional<Path> folder) {

  /** A config that came without a file of its own, over the admin socket for instance. */
  public static ConfigSource posted(byte[] toml, String name) {
    return new ConfigSource(name, toml, Optional.empty());
  }
}
