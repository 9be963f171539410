package io.lbdirector.admin;

import io.lbdirector.director.DirectorControl;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Metrics over TCP, for those who cannot reach the admin socket. Tells no more than {@code
 * /metrics}, {@code /livez} and {@code /readyz}, and lets nobody change anything.
 */
public final class MetricsServer implements AutoCloseable {
  /** Nobody is known here, and nobody may do what only some may. */
  private static final Peer NOBODY = new Peer(-1, -1, Set.of(), OptionalLong.empty());

  /** No request here has a use for a body, and anyone may send one. */
  private static final int MAX_BODY_BYTES = 1 << 10;

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("lb-metrics", true), EpollIoHandler.newFactory());
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(new DefaultThreadFactory("lb-metrics-worker", true));
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private InetSocketAddress address;

  private MetricsServer() {}

  /**
   * Answers at once.
   *
   * @param address where to listen; port 0: one that is free
   * @param control not closed here
   * @throws AdminSocketException naming the address and the remedy
   */
  public static MetricsServer start(InetSocketAddress address, DirectorControl control)
      throws AdminSocketException {
    MetricsServer server = new MetricsServer();
    try {
      server.open(address, control);
      return server;
    } catch (AdminSocketException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void open(InetSocketAddress wanted, DirectorControl control) throws AdminSocketException {
    Router router = new Router(Routes.ofMetrics(control), Access.ofThisProcess(Optional.empty()));
    Limits limits = Limits.DEFAULT.withBodyBytes(MAX_BODY_BYTES);
    Service service =
        new Service(router, limits, worker, new Owed(limits.owedBytes()), connections, connections);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(new ConnectionInitializer<EpollSocketChannel>(service, channel -> NOBODY))
            .bind(wanted)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new AdminSocketException(
          "listen on [admin] metrics = "
              + wanted.getAddress().getHostAddress()
              + ":"
              + wanted.getPort()
              + ": "
              + bound.cause().getMessage()
              + "; choose an address of this machine and a port that is free",
          bound.cause());
    }
    address = (InetSocketAddress) bound.channel().localAddress();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void close() {
    connections.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
    worker.shutdownNow();
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
