package io.lbdirector.bench.control;

import static io.lbdirector.bench.harness.VoidRunException.requireEqual;

import io.lbdirector.admin.AdminClient;
import io.lbdirector.bench.harness.Series;
import io.lbdirector.bench.harness.VoidRunException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Questions on the admin socket, each on a connection of its own, while reloads run and not. */
final class AdminRun {
  static final int CLIENTS = 4;

  private final Series quiet = new Series("status-quiet", 1);
  private final Series busy = new Series("status-while-reloading", 1);
  private double quietSeconds;
  private double busySeconds;
  private int reloads;

  private AdminRun() {}

  static AdminRun of(AdminHost host, int rounds, Duration round) {
    AdminRun run = new AdminRun();
    ask(host.socket(), round, 0, new Series("warm-up", 1), () -> {});
    for (int i = 1; i <= rounds; i++) {
      run.quietSeconds += ask(host.socket(), round, i, run.quiet, () -> {});
      run.busySeconds += ask(host.socket(), round, i, run.busy, () -> run.reload(host));
    }
    return run;
  }

  private void reload(AdminHost host) {
    host.reload();
    reloads++;
  }

  /**
   * @param beside done again and again by one thread while the others ask
   * @return seconds that it took
   */
  private static double ask(Path socket, Duration time, int round, Series series, Runnable beside) {
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
      requireEqual("admin", "tables of the status", AdminHost.TEXT.tables(), tables);
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
