package io.lbdirector.bench.control;

import io.lbdirector.admin.AdminServer;
import io.lbdirector.bench.director.ConfigText;
import io.lbdirector.bench.director.PrivateDirector;
import io.lbdirector.bench.director.StartedDirector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A whole director with its admin socket, which is in a folder of its own. */
final class AdminHost implements AutoCloseable {
  static final ConfigText TEXT = ConfigText.of(10, 50);

  private final Path folder;
  private final PrivateDirector own;
  private final StartedDirector director;
  private final AdminServer server;
  private int edit;

  AdminHost() {
    try {
      folder = Files.createTempDirectory("lb-bench-admin");
      own = PrivateDirector.open();
      director = new StartedDirector(own.plane(), TEXT.afterEdit(0));
      server = AdminServer.start(folder.resolve("s"), Optional.empty(), director.control());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path socket() {
    return server.socket();
  }

  /** Changes one table. */
  void reload() {
    director.reload(TEXT.afterEdit(++edit), 1);
  }

  @Override
  public void close() {
    try (own;
        director;
        server) {
      // in the order from the last to the first
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      removeFolder();
    }
  }

  private void removeFolder() {
    try (var left = Files.list(folder)) {
      for (Path file : left.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
