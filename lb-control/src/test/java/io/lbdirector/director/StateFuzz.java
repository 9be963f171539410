package io.lbdirector.director;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.lbdirector.config.ConfigSource;
import io.lbdirector.director.ConfirmationFile.Pending;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * A kind of state file, with what stands in a good one.
 *
 * @param texts with its checksum and without
 */
public record StateFuzz(Path folder, String name, List<String> texts, Runnable loader) {

  /** One of each kind, in {@code stateDir}. */
  public static List<StateFuzz> all(Path stateDir) throws IOException {
    StateFolder state = new StateFolder(stateDir, "fuzz");
    IpAddress backend = IpAddress.parse("10.0.1.11");
    ConfigSource config =
        new ConfigSource(
            "forwarding.toml",
            "[director]\n".getBytes(StandardCharsets.UTF_8),
            Optional.of(Path.of("/etc/lb")));
    OverridesFile overrides = new OverridesFile(state);
    overrides.save(
        Overrides.NONE.with(
            new Overrides.Key("web", backend),
            new Overrides.Entry(
                BackendState.DRAINING,
                OptionalInt.of(35),
                Optional.of(Duration.ofMinutes(5)),
                Instant.EPOCH,
                "root")));
    RememberedFile remembered = new RememberedFile(state);
    remembered.save(
        new Remembered(
            Map.of("web", Set.of(backend)),
            Map.of(new Overrides.Key("web", backend), Instant.EPOCH)));
    ConfirmationFile confirmation = new ConfirmationFile(state);
    confirmation.save(new Pending(Instant.EPOCH, config));
    LiveConfigFile live = new LiveConfigFile(state);
    live.save(config);
    Path folder = state.path("");
    return List.of(
        of(folder, "overrides.json", overrides::load),
        of(folder, "remembered.json", remembered::load),
        of(folder, "confirm.json", confirmation::load),
        of(folder, "live.json", live::load));
  }

  private static StateFuzz of(Path folder, String name, Runnable loader) throws IOException {
    String sealed = Files.readString(folder.resolve(name));
    String bare = sealed.substring(sealed.indexOf('\n') + 1);
    return new StateFuzz(folder, name, List.of(sealed, bare), loader);
  }

  /** Loads it from a text, as file and as copy. What is wrong with it is not logged. */
  public void load(String text) {
    Logger logger = (Logger) LoggerFactory.getLogger(StateFile.class);
    Level before = logger.getLevel();
    logger.setLevel(Level.OFF);
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8); // half a character becomes '?'
      Files.write(folder.resolve(name), bytes);
      Files.write(folder.resolve(name + ".copy"), bytes);
      loader.run();
      removeSetAside();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      logger.setLevel(before);
    }
  }

  private void removeSetAside() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().contains(".unusable-")).toList()) {
        Files.delete(file);
      }
    }
  }
}
