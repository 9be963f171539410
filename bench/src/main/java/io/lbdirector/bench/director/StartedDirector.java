package io.lbdirector.bench.director;

import static io.lbdirector.bench.harness.VoidRunException.requireEqual;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.ConfigSource;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.director.BackendOutcomes;
import io.lbdirector.director.Director;
import io.lbdirector.director.DirectorControl;
import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.health.HealthChecks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** The product's director, without what the daemon puts around it. */
public final class StartedDirector implements AutoCloseable {
  private final DataPlane plane;
  private final Director director;

  /**
   * @param plane that serves nothing yet; not closed by this
   * @param toml the config of the start
   */
  public StartedDirector(DataPlane plane, byte[] toml) {
    this.plane = plane;
    try {
      ConfigSource source = ConfigSource.posted(toml, "bench");
      director =
          new Director(
              ConfigLoader.load(source),
              source,
              new Director.Surroundings(
                  plane,
                  gateways -> {},
                  routes -> {},
                  HealthChecks.NONE,
                  BackendOutcomes.SILENT,
                  config -> {},
                  readiness -> {},
                  Clock.systemUTC()));
      director.start();
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /**
   * One reload, as the admin socket calls it; the run is void if it did something else.
   *
   * @param tablesBuilt that it must write
   * @return nanoseconds until the answer
   */
  public long reload(byte[] toml, int tablesBuilt) {
    long generation = plane.generation();
    long start = System.nanoTime();
    ReloadReport report =
        director.reload(toml, "bench", Optional.empty()).toCompletableFuture().join();
    long nanos = System.nanoTime() - start;
    requireEqual("reload", "tables written", tablesBuilt, report.tablesBuilt());
    requireEqual("reload", "generation", generation + 1, plane.generation());
    return nanos;
  }

  /** For the admin socket, and questions. */
  public DirectorControl control() {
    return director;
  }

  @Override
  public void close() {
    director.close();
    try {
      removeState();
    } catch (IOException e) {
      throw new UncheckedIOException("remove " + ConfigText.STATE, e);
    }
  }

  private static void removeState() throws IOException {
    if (Files.exists(ConfigText.STATE)) {
      try (Stream<Path> files = Files.walk(ConfigText.STATE)) {
        for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
          Files.delete(file);
        }
      }
    }
  }
}
