package io.lbdirector.lab;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What the tests need in every backend beside its web server, on all addresses of both families: on
 * port {@link #ECHO} what comes in goes out again; on port {@link #DIGEST} everything up to the end
 * of the stream is answered with its SHA-256 in hexadecimal digits; on port {@link #ENDLESS} bytes
 * come, as many as the client takes, and no small packet among the first.
 */
final class BackendServers implements AutoCloseable {
  static final int ECHO = 9001;
  static final int DIGEST = 9002;
  static final int ENDLESS = 9004;
  static final List<Integer> TCP_PORTS = List.of(ECHO, DIGEST, ENDLESS);

  private static final int BACKLOG = 1000;

  private final List<ServerSocketChannel> listeners = new ArrayList<>();

  private BackendServers() {}

  /** Serves one connection to its end. */
  private interface Service {
    void serve(Socket socket) throws IOException;
  }

  static BackendServers start(Lab lab) throws Exception {
    BackendServers servers = lab.own(new BackendServers());
    for (Lab.Host backend : lab.backends()) {
      servers.listen(backend, ECHO, s -> s.getInputStream().transferTo(s.getOutputStream()));
      servers.listen(backend, DIGEST, BackendServers::digest);
      servers.listen(backend, ENDLESS, BackendServers::sendWithoutEnd);
    }
    return servers;
  }

  private void listen(Lab.Host backend, int port, Service service) throws Exception {
    ServerSocketChannel listener = backend.namespace().call(ServerSocketChannel::open);
    listeners.add(listener);
    listener.bind(new InetSocketAddress(port), BACKLOG);
    run("accept " + backend + " " + port, () -> accept(listener, service));
  }

  private static void accept(ServerSocketChannel listener, Service service) {
    while (listener.isOpen()) {
      try {
        Socket socket = listener.accept().socket();
        run("serve " + socket.getRemoteSocketAddress(), () -> serve(socket, service));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  /** A connection that breaks is noticed by its client, who is the one to tell of it. */
  private static void serve(Socket socket, Service service) {
    try (socket) {
      socket.setTcpNoDelay(true);
      service.serve(socket);
    } catch (IOException e) {
      // closed, by the client or with the lab
    }
  }

  private static void digest(Socket socket) throws IOException {
    MessageDigest sha256 = Bytes.sha256();
    byte[] buffer = new byte[1 << 16];
    InputStream in = socket.getInputStream();
    for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
      sha256.update(buffer, 0, length);
    }
    socket.getOutputStream().write(HexFormat.of().formatHex(sha256.digest()).getBytes());
  }

  private static void sendWithoutEnd(Socket socket) throws IOException {
    byte[] chunk = new byte[1 << 17];
    while (true) {
      socket.getOutputStream().write(chunk);
    }
  }

  private static void run(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    for (ServerSocketChannel listener : listeners) {
      listener.close();
    }
  }
}
