package io.lbdirector.health;

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
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Answers 200 to whatever comes, at every IPv4 address of this machine, on one thread. */
final class QuickServer implements AutoCloseable {
  private static final byte[] OK =
      ScriptedServer.bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final Channel listener =
      new ServerBootstrap()
          .group(loop)
          .channel(EpollServerSocketChannel.class)
          .option(ChannelOption.SO_BACKLOG, 4096)
          .childHandler(
              new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel connection) {
                  connection.pipeline().addLast(new AlwaysOk());
                }
              })
          .bind("0.0.0.0", 0)
          .syncUninterruptibly()
          .channel();

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static final class AlwaysOk extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object request) {
      ReferenceCountUtil.release(request);
      ctx.writeAndFlush(Unpooled.wrappedBuffer(OK));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close(); // the checker resets what it has done with
    }
  }
}
