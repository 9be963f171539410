package io.lbdirector.lab;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers health checks of one backend: with 200 always, or 503 and 200 in turn. */
final class CheckServer implements AutoCloseable {
  static final int PORT = 9009;

  private final HttpServer server;
  private final AtomicInteger asked = new AtomicInteger();

  private CheckServer(HttpServer server, boolean alternates) {
    this.server = server;
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(
              asked.incrementAndGet() % 2 == 0 || !alternates ? 200 : 503, -1);
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

  /** How many answers it has given. */
  int asked() {
    return asked.get();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
