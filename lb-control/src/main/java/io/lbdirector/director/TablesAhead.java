package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Tables of a config that are built while the daemon's start still waits for the kernel. As the
 * file has them: those that states set by hand or health change are built again from their orders,
 * which takes milliseconds.
 */
public final class TablesAhead {
  private final CompletableFuture<TableBuilder> building = new CompletableFuture<>();

  private TablesAhead() {}

  /** Begins at once, on a thread of its own that keeps no process alive. */
  public static TablesAhead of(DirectorConfig config) {
    TablesAhead ahead = new TablesAhead();
    Thread thread = new Thread(() -> ahead.build(config), "lb-tables-ahead");
    thread.setDaemon(true);
    thread.start();
    return ahead;
  }

  private void build(DirectorConfig config) {
    try {
      TableBuilder builder = new TableBuilder();
      Pools asInFile = Pools.at(Instant.now(), config, Overrides.NONE, Map.of());
      builder.build(config, asInFile, Map.of());
      builder.wentLive(); // what the first build of the director starts from
      building.complete(builder);
    } catch (RuntimeException | Error e) {
      building.completeExceptionally(e);
    }
  }

  /** Waits for all tables. A failure is that of the build. */
  TableBuilder join() {
    return Failures.join(building);
  }
}
