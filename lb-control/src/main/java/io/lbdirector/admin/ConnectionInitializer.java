package io.lbdirector.admin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.util.Optional;

/** Sets up a connection: bytes to requests, requests to {@link HttpConnection}. */
final class ConnectionInitializer<C extends DuplexChannel> extends ChannelInitializer<C> {
  private final Service service;
  private final PeerReader<C> peers;

  /** Finds out who is at the other end. */
  interface PeerReader<C> {
    Peer peerOf(C channel) throws IOException;
  }

  ConnectionInitializer(Service service, PeerReader<C> peers) {
    this.service = service;
    this.peers = peers;
  }

  @Override
  protected void initChannel(C channel) throws IOException {
    HttpConnection connection = new HttpConnection(service, peers.peerOf(channel), admit(channel));
    channel
        .pipeline()
        .addLast(new ByteWatch(connection))
        .addLast(new HttpServerCodec(new HttpDecoderConfig()))
        .addLast(new BodyAggregator(service.limits().bodyBytes()))
        .addLast(connection);
  }

  private Optional<HttpProblem> admit(C channel) {
    int most = service.limits().connections();
    if (service.connections().size() < most) {
      service.connections().add(channel);
      return Optional.empty();
    }
    return Optional.of(
        HttpProblem.of(
            HttpResponseStatus.SERVICE_UNAVAILABLE,
            most + " connections are open already; close some, or try again"));
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
