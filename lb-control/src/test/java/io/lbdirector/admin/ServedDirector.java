package io.lbdirector.admin;

import io.lbdirector.director.DirectorControl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A {@link FakeDirector} behind a real admin socket. */
public final class ServedDirector implements AutoCloseable {
  public final FakeDirector director = new FakeDirector();
  private final AdminServer server;

  public ServedDirector(Path socket) throws IOException {
    server = AdminServer.start(socket, Optional.empty(), director);
  }

  /** Serves another director; {@link #director} is not asked anything then. */
  public ServedDirector(Path socket, DirectorControl other) throws IOException {
    server = AdminServer.start(socket, Optional.empty(), other);
  }

  public Path socket() {
    return server.socket();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
