package io.lbdirector.lab;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers health checks of one backend: with 200, or 503 while it is told to fail, or both in turn.
 */
final class CheckServer implements AutoCloseable {
  static final int PORT = 9009;

  private final HttpServer server;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile boolean failing;

  private CheckServer(HttpServer server, boolean alternates) {
    this.server = server;
    server.createContext(
        "/",
        exchange -> {
          boolean even = asked.incrementAndGet() % 2 == 0;
          exchange.sendResponseHeaders(failing || alternates && !even ? 503 : 200, -1);
          exchange.close();
        });
    server.start();
  }

  static CheckServer start(Lab lab, Lab.Host backend, boolean alternates) throws Exception {
    return lab.own(
        new CheckServer(
            backend.namespace().call(() -> HttpServer.create(new InetSocketAddress(PORT), 0)),
            alternates));
  }

  /** From now on, or no longer. */
  void fail(boolean fail) {
    failing = fail;
  }

  /** How many answers it has given. */
  int asked() {
    return asked.get();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
