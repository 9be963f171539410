package io.lbdirector.lab;

import io.lbdirector.forwarding.IpAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Asks web servers from a host of the lab, over sockets with a mark, as health checks do. */
final class MarkedClient implements AutoCloseable {
  /** The mark of sockets without one. */
  static final int NO_MARK = 0;

  private static final ChannelOption<Integer> SO_MARK =
      new IntegerUnixChannelOption("SO_MARK", 1, 36);
  private static final int HTTP = 80;
  private static final int CHUNK_BYTES = 1 << 20;

  private final Lab.Host host;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

  MarkedClient(Lab.Host host) {
    this.host = host;
  }

  /**
   * What a server sent until it closed the connection.
   *
   * @param text its first bytes
   * @param bytes all of it
   */
  record Answer(String text, long bytes) {
    /** What follows the head. */
    String body() {
      return text.substring(text.indexOf("\r\n\r\n") + 4).strip();
    }

    /** The first word of the body: {@code GET /} is answered with the server's name. */
    String server() throws IOException {
      if (!text.startsWith("HTTP/1.1 200 ")) {
        throw new IOException("answered: " + text);
      }
      return body().split(" ")[0];
    }
  }

  /** The answer to {@code GET}, within 20 s. */
  Answer get(int mark, IpAddress to, String path) throws Exception {
    return ask(mark, to, "GET " + path + " HTTP/1.0\r\n\r\n", 0).get(20, TimeUnit.SECONDS);
  }

  /** Sends as many zeros. */
  CompletableFuture<Answer> put(int mark, IpAddress to, long bytes) throws Exception {
    String head = "PUT /upload HTTP/1.0\r\nContent-Length: " + bytes + "\r\n\r\n";
    return ask(mark, to, head, bytes);
  }

  private CompletableFuture<Answer> ask(int mark, IpAddress to, String head, long bytes)
      throws Exception {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(EpollSocketChannel.class)
            .option(SO_MARK, mark)
            .option(ChannelOption.SO_LINGER, 0) // or the kernel sends on after the test
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Collector(answer));
                  }
                });
    // The socket belongs to the namespace of the thread that opens it.
    ChannelFuture connecting =
        host.namespace().call(() -> bootstrap.connect(new InetSocketAddress(Lab.inet(to), HTTP)));
    connecting.addListener(
        done -> {
          if (done.isSuccess()) {
            send(
                connecting.channel(),
                Unpooled.copiedBuffer(head, StandardCharsets.US_ASCII),
                bytes);
          } else {
            answer.completeExceptionally(done.cause());
          }
        });
    return answer;
  }

  /** One chunk after another, so that no more than one is held. */
  private static void send(Channel channel, ByteBuf first, long left) {
    channel
        .writeAndFlush(first)
        .addListener(
            done -> {
              int chunk = (int) Math.min(left, CHUNK_BYTES);
              if (done.isSuccess() && chunk > 0) {
                send(channel, Unpooled.wrappedBuffer(new byte[chunk]), left - chunk);
              }
            });
  }

  private static final class Collector extends SimpleChannelInboundHandler<ByteBuf> {
    private static final int KEPT = 1 << 12;

    private final CompletableFuture<Answer> answer;
    private final StringBuilder text = new StringBuilder();
    private long bytes;

    Collector(CompletableFuture<Answer> answer) {
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf received) {
      bytes += received.readableBytes();
      int kept = Math.min(received.readableBytes(), KEPT - text.length());
      text.append(received.toString(received.readerIndex(), kept, StandardCharsets.US_ASCII));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      answer.complete(new Answer(text.toString(), bytes));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      answer.completeExceptionally(cause);
      context.close();
    }
  }

  /** Ends connections that are open. */
  @Override
  public void close() {
    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
