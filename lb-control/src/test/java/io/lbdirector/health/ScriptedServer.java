package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A server that does to each connection what its script says, right or wrong. */
final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** What to do next; may change at any time. */
  volatile Script script;

  final List<String> requests = new CopyOnWriteArrayList<>();

  /** Serves one connection, which is closed afterwards. */
  interface Script {
    void serve(ScriptedServer server, Socket connection) throws IOException, InterruptedException;
  }

  private ScriptedServer(ServerSocket listener, Script script) {
    this.listener = listener;
    this.script = script;
    inBackground(this::accept);
  }

  static ScriptedServer on(IpAddress address, Script script) {
    try {
      InetAddress inet = InetAddress.getByAddress(address.toBytes());
      return new ScriptedServer(new ServerSocket(0, 4096, inet), script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ScriptedServer here(Script script) {
    return on(Check.LOOPBACK, script);
  }

  /** A port that nobody listens on. */
  static int closedPort() {
    try (ScriptedServer server = here(silence())) {
      return server.port();
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Reads the request, then sends {@code pieces}, a packet each. */
  static Script answer(String... pieces) {
    return (server, connection) -> {
      server.readRequest(connection);
      send(connection, pieces);
    };
  }

  /** As {@link #answer}, and leaves the connection open. */
  static Script answerAndStay(String... pieces) {
    return (server, connection) -> {
      server.readRequest(connection);
      send(connection, pieces);
      awaitEnd(connection);
    };
  }

  /** Accepts, and reads, and says nothing. */
  static Script silence() {
    return (server, connection) -> awaitEnd(connection);
  }

  /** Reads the request, then resets the connection. */
  static Script reset() {
    return (server, connection) -> {
      server.readRequest(connection);
      connection.setSoLinger(true, 0);
    };
  }

  /** Sends {@code head}, and {@code more} again and again. */
  static Script endless(String head, String more) {
    return (server, connection) -> {
      server.readRequest(connection);
      OutputStream out = connection.getOutputStream();
      out.write(bytes(head));
      while (true) {
        out.write(bytes(more)); // until the other side closes
      }
    };
  }

  private static void send(Socket connection, String... pieces)
      throws IOException, InterruptedException {
    connection.setTcpNoDelay(true);
    for (String piece : pieces) {
      connection.getOutputStream().write(bytes(piece));
      TimeUnit.MILLISECONDS.sleep(pieces.length > 1 ? 2 : 0); // for packets of their own
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void awaitEnd(Socket connection) throws IOException {
    connection.getInputStream().readAllBytes();
  }

  private void readRequest(Socket connection) throws IOException {
    InputStream in = connection.getInputStream();
    StringBuilder request = new StringBuilder();
    while (!request.toString().endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("ended after " + request);
      }
      request.append((char) next);
    }
    requests.add(request.toString());
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket connection = listener.accept();
        open.add(connection);
        inBackground(() -> serve(connection));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      script.serve(this, connection);
    } catch (IOException | InterruptedException e) {
      // The checker has closed it.
    } finally {
      open.remove(connection);
    }
  }

  private static void inBackground(Runnable task) {
    Thread thread = new Thread(task, "scripted-server");
    thread.setDaemon(true);
    thread.start();
  }

  /** Connections that neither side has closed. */
  int open() {
    return open.size();
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket connection : open) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
