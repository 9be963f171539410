package io.lbdirector.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads a {@code forwarding.toml}, strictly: TOML 0.4, no unknown key, no value out of range, no
 * contradiction between tables. Stateless; safe for any thread.
 */
public final class ConfigLoader {
  private final Problems problems;
  private final KeyFiles keyFiles;

  private ConfigLoader(Problems problems, KeyFiles keyFiles) {
    this.problems = problems;
    this.keyFiles = keyFiles;
  }

  /**
   * Reads a config that came without a file of its own, over the admin socket for instance. Opens
   * no file, so {@code hash_key_file} and {@code seed_file} are refused.
   *
   * @param toml UTF-8, at most 8 MiB
   * @param name what to call it in messages
   * @throws ConfigException with everything that is wrong with it
   */
  public static DirectorConfig load(byte[] toml, String name) throws ConfigException {
    return load(ConfigSource.posted(toml, name));
  }

  /**
   * Reads a config file. Key files that it names are read too; relative paths start at its folder.
   *
   * @throws ConfigException with everything that is wrong with it, or that it cannot be read
   */
  public static DirectorConfig load(Path file) throws ConfigException {
    return load(source(file));
  }

  /**
   * Reads a config from its text, and its key files if it may name some.
   *
   * @throws ConfigException with everything that is wrong with it
   */
  public static DirectorConfig load(ConfigSource source) throws ConfigException {
    return new ConfigLoader(new Problems(source.name()), new KeyFiles(source.folder()))
        .read(source.toml());
  }

  /**
   * The text of a config file.
   *
   * @throws ConfigException if it cannot be read, or is too long
   */
  public static ConfigSource source(Path file) throws ConfigException {
    Optional<Path> folder = Optional.ofNullable(file.toAbsolutePath().getParent());
    ConfigLoader loader = new ConfigLoader(new Problems(file.toString()), new KeyFiles(folder));
    return new ConfigSource(file.toString(), loader.bytes(file), folder);
  }

  private byte[] bytes(Path file) throws ConfigException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(TomlText.MAX_BYTES + 1);
      if (bytes.length > TomlText.MAX_BYTES) {
        throw TomlText.tooLong(Math.max(bytes.length, Files.size(file)));
      }
      return bytes;
    } catch (TomlException e) {
      throw failure(e);
    } catch (IOException e) {
      problems.add(0, "", "cannot be read: " + reason(e) + "; name a file that can");
      throw problems.toException();
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "it is not there";
    }
    return e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
  }

  private DirectorConfig read(byte[] toml) throws ConfigException {
    TomlDocument document;
    try {
      document = TomlReader.read(TomlText.decode(toml), problems);
    } catch (TomlException e) {
      throw failure(e);
    }
    Optional<DirectorConfig> config =
        new ConfigReader(Section.root(document, problems), keyFiles).read();
    return config.filter(c -> problems.isEmpty()).orElseThrow(problems::toException);
  }

  private ConfigException failure(TomlException e) {
    problems.add(e.line(), e.key(), e.getMessage());
    return problems.toException();
  }
}
