package io.lbdirector.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Connections that are opened once and then used all the time: each sends a message that it never
 * sent before, and verifies that it comes back.
 */
final class EchoLoad implements AutoCloseable {
  private static final int MESSAGE_BYTES = 64;
  private static final int CONNECTIONS_PER_THREAD = 10;
  private static final long PAUSE_NANOS = 2_000_000;

  private final List<Line> lines = new ArrayList<>();
  private final List<Background> workers = new ArrayList<>();

  private EchoLoad() {}

  /** A connection, and the number of its next message. */
  private static final class Line {
    private final Connection connection;
    private final Socket socket;
    private long message;

    Line(Connection connection, Socket socket) {
      this.connection = connection;
      this.socket = socket;
    }

    void send() throws IOException {
      try {
        socket.getOutputStream().write(bytes());
      } catch (IOException e) {
        throw broken(e);
      }
    }

    void verify() throws IOException {
      try {
        byte[] back = socket.getInputStream().readNBytes(MESSAGE_BYTES);
        if (!Arrays.equals(bytes(), back)) {
          throw new IOException(back.length + " bytes came back, not those sent");
        }
      } catch (IOException e) {
        throw broken(e);
      }
      message++;
    }

    private byte[] bytes() {
      return ByteBuffer.allocate(MESSAGE_BYTES)
          .putLong(MESSAGE_BYTES - Long.BYTES, message)
          .putInt(0, connection.hashCode())
          .array();
    }

    private IOException broken(IOException e) {
      return new IOException(connection + " broke in message " + message + ": " + e, e);
    }
  }

  /** Opens all of them, then lets them talk until it is closed. */
  static EchoLoad start(List<Connection> connections) throws Exception {
    EchoLoad load = new EchoLoad();
    try {
      for (Connection connection : connections) {
        load.lines.add(new Line(connection, connection.connect()));
      }
    } catch (Exception e) {
      load.close();
      throw e;
    }
    for (int i = 0; i < connections.size(); i += CONNECTIONS_PER_THREAD) {
      int end = Math.min(i + CONNECTIONS_PER_THREAD, connections.size());
      List<Line> some = load.lines.subList(i, end);
      load.workers.add(Background.start("echo connections from " + i, () -> exchange(some)));
    }
    return load;
  }

  private static void exchange(List<Line> lines) throws IOException {
    for (Line line : lines) {
      line.send();
    }
    for (Line line : lines) {
      line.verify();
    }
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  /** Waits until every connection has exchanged so many messages from now on. */
  void awaitMessages(int more) throws Exception {
    for (Background worker : workers) {
      worker.awaitRounds(more);
    }
  }

  /**
   * Ends the talk.
   *
   * @throws AssertionError if a connection was broken
   */
  void finish() throws Exception {
    for (Background worker : workers) {
      worker.finish();
    }
  }

  @Override
  public void close() {
    workers.forEach(Background::close);
    for (Line line : lines) {
      try {
        line.socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
