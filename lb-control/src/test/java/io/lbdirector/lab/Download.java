package io.lbdirector.lab;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * One connection that takes what a backend's {@link BackendServers#ENDLESS} sends, at an easy pace,
 * as long as it is let.
 */
final class Download implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final long PAUSE_NANOS = 3_000_000;

  private final Socket socket;
  private final Connection connection;
  private final Background receiver;

  private Download(Connection connection) throws Exception {
    this.connection = connection;
    socket = connection.connect();
    receiver = Background.start("download by " + connection, this::receive);
  }

  static Download start(Connection connection) throws Exception {
    return new Download(connection);
  }

  private void receive() throws IOException {
    try {
      int length = socket.getInputStream().readNBytes(CHUNK_BYTES).length;
      if (length < CHUNK_BYTES) {
        throw new IOException(connection + " ended");
      }
    } catch (SocketTimeoutException e) {
      throw new IOException(connection + " stands still", e);
    }
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  long bytes() {
    return receiver.rounds() * CHUNK_BYTES;
  }

  /** Waits until so many more chunks have come. */
  void awaitChunks(int more) throws Exception {
    receiver.awaitRounds(more);
  }

  /**
   * Ends it.
   *
   * @throws AssertionError if it was broken
   */
  void finish() throws Exception {
    receiver.finish();
  }

  @Override
  public void close() throws IOException {
    receiver.close();
    socket.close();
  }
}
