package io.lbdirector.bench.wire;

import io.lbdirector.bench.lab.Host;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Answers on TCP connections of a host: to each request, eight bytes that say how many more follow
 * and eight how many it wants, as many of zero.
 */
final class EchoServer implements AutoCloseable {
  private static final int BACKLOG = 128;
  private static final int BUFFER = 1 << 16;

  private final ServerSocket listener;
  private final ExecutorService threads;
  private final AtomicLong connections = new AtomicLong();
  private final AtomicLong received = new AtomicLong();

  /** Listens on all addresses of the host. */
  EchoServer(Host host, int port) {
    this.listener = host.call(() -> listen(port));
    this.threads = Executors.newCachedThreadPool(EchoServer::thread);
    threads.execute(this::accept);
  }

  private static ServerSocket listen(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(port), BACKLOG);
    return socket;
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "bench server");
    thread.setDaemon(true);
    return thread;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        connections.incrementAndGet();
        threads.execute(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed: there is nothing else that ends it
    }
  }

  private void serve(Socket socket) {
    byte[] buffer = new byte[BUFFER];
    try (socket) {
      socket.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      while (true) {
        long follow = in.readLong(); // the client's end of file ends this
        long wanted = in.readLong();
        received.addAndGet(skip(in, follow, buffer));
        for (long left = wanted; left > 0; left -= BUFFER) {
          out.write(buffer, 0, (int) Math.min(left, BUFFER));
        }
      }
    } catch (IOException e) {
      // the client is done, or sees it itself
    }
  }

  /** Reads and forgets so many bytes. */
  static long skip(InputStream in, long bytes, byte[] buffer) throws IOException {
    long left = bytes;
    while (left > 0) {
      int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        throw new IOException("the connection ended " + left + " bytes early");
      }
      left -= read;
    }
    return bytes;
  }

  long connections() {
    return connections.get();
  }

  /** Bytes that came in behind requests. */
  long received() {
    return received.get();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new IllegalStateException("close the server: " + e.getMessage(), e);
    } finally {
      threads.shutdownNow();
    }
  }
}
