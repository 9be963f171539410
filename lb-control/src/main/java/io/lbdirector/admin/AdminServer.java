package io.lbdirector.admin;

import io.lbdirector.director.DirectorControl;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("lb-admin", true), EpollIoHandler.newFactory());
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(new DefaultThreadFactory("lb-admin-worker", true));
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ChannelGroup streams = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private boolean closed;

  private AdminServer(SocketFile file, SocketLock lock) {
    this.file = file;
    this.lock = lock;
  }

  /**
   * Opens the socket, mode 0660, and answers at once. Its folder is made, mode 0750, if missing.
   *
   * @param socket at most 103 bytes
   * @param group whose members may change things, and who gets the socket and a folder that is made
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
    Optional<Access.Group> members =
        group.isPresent() ? Optional.of(Access.Group.named(group.get())) : Optional.empty();
    SocketFile file = SocketFile.in(socket, members);
    SocketLock lock = SocketLock.take(file.lockPath());
    AdminServer server = new AdminServer(file, lock);
    try {
      server.open(new Router(Routes.of(control), Access.ofThisProcess(members)), limits);
      file.hindrance()
          .ifPresent(
              why -> LOG.atWarn().addKeyValue("warning", why).log("admin socket hard to reach"));
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

  private void open(Router router, Limits limits) throws IOException {
    Service service =
        new Service(router, limits, worker, new Owed(limits.owedBytes()), connections, streams);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerDomainSocketChannel.class)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(new ConnectionInitializer<EpollDomainSocketChannel>(service, Peer::of))
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

  /** How many are open. */
  int connections() {
    return connections.size();
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
        connections.forEach(c -> c.pipeline().fireUserEventTriggered(EventStream.SERVER_CLOSES));
        // Awaited, since a loop that shuts down closes before it does what is due.
        connections.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        worker.shutdownNow();
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
      }
    } catch (IOException e) {
      throw new AdminSocketException("close admin socket " + file.path() + ": " + e, e);
    }
  }
}
