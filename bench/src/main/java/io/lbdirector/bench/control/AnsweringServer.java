package io.lbdirector.bench.control;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Stands for all backends: answers HTTP at every address of 127.0.0.0/8, on one thread. */
final class AnsweringServer implements AutoCloseable {
  private static final byte[] OK = head("200 OK");
  private static final byte[] UNAVAILABLE = head("503 Service Unavailable");
  private static final int BACKLOG = 4096;

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final Channel listener;
  private volatile Set<InetAddress> failing = Set.of();

  AnsweringServer() {
    listener =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connection.pipeline().addLast(new Answer());
                  }
                })
            .bind("0.0.0.0", 0)
            .syncUninterruptibly()
            .channel();
  }

  private static byte[] head(String status) {
    String text = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n";
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** From now on these answer 503, and all others 200. */
  void fail(Set<InetAddress> addresses) {
    failing = addresses;
  }

  private final class Answer extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object request) {
      ReferenceCountUtil.release(request);
      InetAddress asked = ((InetSocketAddress) ctx.channel().localAddress()).getAddress();
      ctx.writeAndFlush(Unpooled.wrappedBuffer(failing.contains(asked) ? UNAVAILABLE : OK));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close(); // the checker resets what it has done with
    }
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
