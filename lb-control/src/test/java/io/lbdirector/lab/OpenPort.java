package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A port of every backend, on all addresses of both families, with listeners of its own. The test
 * accepts, and holds the servers' ends of the connections.
 */
final class OpenPort implements AutoCloseable {
  private static final int TIMEOUT_MS = 20_000;

  /** With two half-open connections, a listener is full, and may answer the next with a cookie. */
  private static final int BACKLOG = 1;

  private final int number;
  private final Map<Lab.Host, ServerSocket> listeners = new LinkedHashMap<>();

  private OpenPort(int number) {
    this.number = number;
  }

  static OpenPort open(Lab lab, int number) throws Exception {
    OpenPort port = new OpenPort(number);
    try {
      for (Lab.Host backend : lab.backends()) {
        ServerSocket listener = backend.namespace().call(() -> new ServerSocket(number, BACKLOG));
        port.listeners.put(backend, listener);
        listener.setSoTimeout(TIMEOUT_MS);
      }
      return port;
    } catch (Exception e) {
      port.close();
      throw e;
    }
  }

  int number() {
    return number;
  }

  /** The next connection of a backend; it and its reads are waited for no longer than 20 s. */
  Socket accept(Lab.Host backend) throws IOException {
    try {
      Socket socket = listeners.get(backend).accept();
      socket.setSoTimeout(TIMEOUT_MS);
      socket.setTcpNoDelay(true);
      return socket;
    } catch (IOException e) {
      throw new IOException("accept on " + backend + " port " + number + ": " + e.getMessage(), e);
    }
  }

  static void assertReads(String text, Socket server) throws IOException {
    byte[] read = server.getInputStream().readNBytes(text.length());
    assertEquals(text, new String(read, StandardCharsets.US_ASCII));
  }

  @Override
  public void close() throws IOException {
    for (ServerSocket listener : listeners.values()) {
      listener.close();
    }
  }
}
