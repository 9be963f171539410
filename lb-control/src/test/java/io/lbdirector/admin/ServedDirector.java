package io.lbdirector.admin;

import io.lbdirector.director.DirectorControl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/** A {@link FakeDirector} behind a real admin socket. */
public final class ServedDirector implements AutoCloseable {
  public final FakeDirector director = new FakeDirector();
  private final AdminServer server;

  public ServedDirector(Path socket) throws IOException {
    server = AdminServer.start(socket, Optional.empty(), director);
  }

  /** Serves as a config with {@code [admin] group} does. */
  ServedDirector(Path socket, String group) throws IOException {
    server = AdminServer.start(socket, Optional.of(group), director);
  }

  /** Serves another director; {@link #director} is not asked anything then. */
  public ServedDirector(Path socket, DirectorControl other) throws IOException {
    server = AdminServer.start(socket, Optional.empty(), other);
  }

  public Path socket() {
    return server.socket();
  }

  /** Has the server close as soon as somebody was told of events. */
  public void closeOnceHeard() {
    director.onListen = () -> new Thread(this::closeQuietly, "close").start();
  }

  private void closeQuietly() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
