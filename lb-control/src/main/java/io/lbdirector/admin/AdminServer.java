package io.lbdirector.admin;

import io.lbdirector.director.DirectorControl;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's admin socket. Answers on one thread of its own, {@code lb-admin}, which never waits:
 * the director answers when it can.
 *
 * <p>Owns the socket file and its lock. A second server on the same path, of this process or
 * another, is refused while the first lives; what a dead one left behind is replaced.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

  private final SocketFile file;
  private final SocketLock lock;
  private final EventLoopGroup loop;
  private final ChannelGroup connections;
  private boolean closed;

  private AdminServer(
      SocketFile file, SocketLock lock, EventLoopGroup loop, ChannelGroup connections) {
    this.file = file;
    this.lock = lock;
    this.loop = loop;
    this.connections = connections;
  }

  /**
   * Opens the socket, mode 0660, and answers at once. Its folder is made, mode 0750, if missing.
   *
   * @param socket at most 103 bytes
   * @param group whose members may change things; not in force yet, and said so in the log
   * @param control not closed here
   * @throws AdminSocketException naming the path and the remedy; nothing is left behind then but
   *     the folder and the lock file
   */
  public static AdminServer start(Path socket, Optional<String> group, DirectorControl control)
      throws AdminSocketException {
    return start(socket, group, control, Limits.DEFAULT);
  }

  static AdminServer start(
      Path socket, Optional<String> group, DirectorControl control, Limits limits)
      throws AdminSocketException {
    requireEpoll(socket);
    group.ifPresent(AdminServer::warnOfGroup);
    SocketFile file = SocketFile.in(socket);
    SocketLock lock = SocketLock.take(file.lockPath());
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("lb-admin", true), EpollIoHandler.newFactory());
    ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    AdminServer server = new AdminServer(file, lock, loop, connections);
    try {
      server.open(new Router(Routes.of(control), Access.ofThisProcess()), limits);
      return server;
    } catch (IOException | RuntimeException e) {
      server.closeAfter(e);
      throw new AdminSocketException("open admin socket " + file.path() + ": " + e, e);
    }
  }

  private static void requireEpoll(Path socket) throws AdminSocketException {
    if (!Epoll.isAvailable()) {
      throw new AdminSocketException(
          "open admin socket "
              + socket
              + ": Netty's native epoll library cannot be loaded; if the temp folder is mounted"
              + " noexec, try -Dio.netty.native.workdir=FOLDER",
          Epoll.unavailabilityCause());
    }
  }

  private static void warnOfGroup(String group) {
    LOG.atWarn()
        .addKeyValue("group", group)
        .log("admin group not in force yet, only root and the daemon's user may change things");
  }

  private void open(Router router, Limits limits) throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerDomainSocketChannel.class)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(new ConnectionInitializer(router, limits, connections))
            .bind(new DomainSocketAddress(file.boundPath().toFile()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
    file.publish();
  }

  private void closeAfter(Exception failure) {
    try {
      close();
    } catch (AdminSocketException e) {
      failure.addSuppressed(e);
    }
  }

  /** Where clients connect: the path as given, with its folder's real name. */
  public Path socket() {
    return file.path();
  }

  /**
   * Closes every connection and removes the socket file, unless another has taken its place.
   * Answers that are still owed are not given. Closing again does nothing.
   */
  @Override
  public synchronized void close() throws AdminSocketException {
    if (closed) {
      return;
    }
    closed = true;
    // The lock goes last: Netty still deletes the name that the socket was bound to.
    try (lock) {
      try {
        file.remove();
      } finally {
        connections.close();
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
      }
    } catch (IOException e) {
      throw new AdminSocketException("close admin socket " + file.path() + ": " + e, e);
    }
  }
}
