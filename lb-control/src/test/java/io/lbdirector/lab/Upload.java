package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * One connection that sends random bytes to a backend's {@link BackendServers#DIGEST}, at an easy
 * pace, as long as it is let; then what arrived must be what was sent.
 */
final class Upload implements AutoCloseable {
  private static final int CHUNK_BYTES = 16 * 1024;
  private static final long PAUSE_NANOS = 3_000_000;

  private final Socket socket;
  private final MessageDigest sent = Bytes.sha256();
  private final Random random;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private final Background sender;

  private Upload(Connection connection, long seed) throws Exception {
    random = new Random(seed);
    socket = connection.connect();
    sender = Background.start("upload of " + connection, this::send);
  }

  static Upload start(Connection connection, long seed) throws Exception {
    return new Upload(connection, seed);
  }

  private void send() throws IOException {
    random.nextBytes(chunk);
    sent.update(chunk);
    socket.getOutputStream().write(chunk);
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  long bytes() {
    return sender.rounds() * CHUNK_BYTES;
  }

  /** Waits until so many more have been sent. */
  void awaitChunks(int more) throws Exception {
    sender.awaitRounds(more);
  }

  /** Ends it, and compares. */
  void finish() throws Exception {
    sender.finish();
    socket.shutdownOutput();
    byte[] answer = socket.getInputStream().readAllBytes();
    assertEquals(
        HexFormat.of().formatHex(sent.digest()),
        new String(answer, StandardCharsets.US_ASCII),
        bytes() + " bytes uploaded, SHA-256");
  }

  @Override
  public void close() throws IOException {
    sender.close();
    socket.close();
  }
}
