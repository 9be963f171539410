package io.lbdirector.bench.control;

import static io.lbdirector.bench.harness.VoidRunException.requireEqual;

import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.AdminServer;
import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.bench.director.PrivateDirector;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.ConfigSource;
import io.lbdirector.director.BackendOutcomes;
import io.lbdirector.director.Director;
import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.health.HealthChecks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Questions on the admin socket, each on a connection of its own, while reloads run and not. */
final class AdminRun {
  static final int CLIENTS = 4;
  private static final ConfigText TEXT = ConfigText.of(10, 50);

  private final Series quiet = new Series("status-quiet", 1);
  private final Series busy = new Series("status-while-reloading", 1);
  private final Path folder;
  private double quietSeconds;
  private double busySeconds;
  private int reloads;
  private int edit;

  private AdminRun(Path folder) {
    this.folder = folder;
  }

  static AdminRun of(int rounds, Duration round) {
    try {
      AdminRun run = new AdminRun(Files.createTempDirectory("lb-bench-admin"));
      run.measure(rounds, round);
      return run;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private void measure(int rounds, Duration round) throws IOException, ConfigException {
    ConfigSource source = ConfigSource.posted(TEXT.afterEdit(0), "bench");
    try (PrivateDirector plane = PrivateDirector.open();
        Director director =
            new Director(
                ConfigLoader.load(source),
                source,
                new Director.Surroundings(
                    plane.plane(),
                    g -> {},
                    routes -> {},
                    HealthChecks.NONE,
                    BackendOutcomes.SILENT,
                    c -> {},
                    r -> {},
                    Clock.systemUTC()));
        AdminServer server = AdminServer.start(folder.resolve("s"), Optional.empty(), director)) {
      director.start();
      ask(server.socket(), round, 0, new Series("warm-up", 1), () -> {});
      for (int i = 1; i <= rounds; i++) {
        quietSeconds += ask(server.socket(), round, i, quiet, () -> {});
        busySeconds += ask(server.socket(), round, i, busy, () -> reload(director));
      }
    } finally {
      try (var left = Files.list(folder)) {
        for (Path file : left.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private void reload(Director director) {
    ReloadReport report =
        director
            .reload(TEXT.afterEdit(++edit), "bench", Optional.empty())
            .toCompletableFuture()
            .join();
    requireEqual("admin", "tables written by a reload", 1, report.tablesBuilt());
    reloads++;
  }

  /**
   * @param beside done again and again by one thread while the others ask
   * @return seconds that it took
   */
  private double ask(Path socket, Duration time, int round, Series series, Runnable beside) {
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + 1);
    try {
      List<Future<List<Long>>> answers = new ArrayList<>();
      long begun = System.nanoTime();
      for (int i = 0; i < CLIENTS; i++) {
        answers.add(threads.submit(() -> askUntil(over, socket)));
      }
      while (System.nanoTime() - begun < time.toNanos()) {
        beside.run();
        TimeUnit.MILLISECONDS.sleep(1); // the quiet rounds are to have both cores
      }
      over.set(true);
      for (Future<List<Long>> answer : answers) {
        answer.get().forEach(nanos -> series.add(round, nanos));
      }
      return (System.nanoTime() - begun) / 1e9;
    } catch (InterruptedException | ExecutionException e) {
      throw new VoidRunException("admin", "a question failed: " + e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<Long> askUntil(AtomicBoolean over, Path socket) throws Exception {
    AdminClient client = new AdminClient(socket);
    List<Long> nanos = new ArrayList<>();
    while (!over.get()) {
      long begun = System.nanoTime();
      int tables = client.get("/v1/status").getAsJsonObject().get("tables").getAsInt();
      nanos.add(System.nanoTime() - begun);
      requireEqual("admin", "tables of the status", TEXT.tables(), tables);
    }
    return nanos;
  }

  Series quiet() {
    return quiet;
  }

  Series busy() {
    return busy;
  }

  double quietPerSecond() {
    return quiet.count() / quietSeconds;
  }

  double busyPerSecond() {
    return busy.count() / busySeconds;
  }

  int reloads() {
    return reloads;
  }
}
