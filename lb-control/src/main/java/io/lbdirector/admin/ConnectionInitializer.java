package io.lbdirector.admin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.unix.PeerCredentials;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.util.Optional;

/** Sets up a connection: bytes to requests, requests to {@link HttpConnection}. */
final class ConnectionInitializer extends ChannelInitializer<EpollDomainSocketChannel> {
  private final Router router;
  private final Limits limits;
  private final ChannelGroup open;

  /**
   * @param open gets every connection that is served
   */
  ConnectionInitializer(Router router, Limits limits, ChannelGroup open) {
    this.router = router;
    this.limits = limits;
    this.open = open;
  }

  @Override
  protected void initChannel(EpollDomainSocketChannel channel) throws IOException {
    PeerCredentials credentials = channel.peerCredentials();
    Peer peer = new Peer(credentials.uid(), credentials.pid());
    HttpConnection connection = new HttpConnection(router, limits, peer, admit(channel));
    channel
        .pipeline()
        .addLast(new ByteWatch(connection))
        .addLast(new HttpServerCodec(new HttpDecoderConfig()))
        .addLast(new BodyAggregator(limits.bodyBytes()))
        .addLast(connection);
  }

  private Optional<HttpProblem> admit(EpollDomainSocketChannel channel) {
    if (open.size() < limits.connections()) {
      open.add(channel);
      return Optional.empty();
    }
    return Optional.of(
        HttpProblem.of(
            HttpResponseStatus.SERVICE_UNAVAILABLE,
            limits.connections() + " connections are open already; close some, or try again"));
  }

  /** Tells a connection that its client has begun to send. */
  private static final class ByteWatch extends ChannelInboundHandlerAdapter {
    private final HttpConnection connection;

    ByteWatch(HttpConnection connection) {
      this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      connection.bytesArrived();
      ctx.fireChannelRead(bytes);
    }
  }
}
