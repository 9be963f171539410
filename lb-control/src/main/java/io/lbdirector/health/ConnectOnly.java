package io.lbdirector.health;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Says nothing: a connection is all it wants. */
final class ConnectOnly extends ChannelInboundHandlerAdapter {
  private final SocketRun run;

  ConnectOnly(SocketRun run) {
    this.run = run;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    run.end(Result.good("connected"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    run.end(SocketErrors.result(cause));
  }
}
