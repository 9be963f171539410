package io.lbdirector.admin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpUtil;

/**
 * Makes whole requests of their parts. One that is too big becomes the event {@link #TOO_BIG}, so
 * that its sender is told with a body, where Netty's own answer has none.
 */
final class BodyAggregator extends HttpObjectAggregator {
  static final Object TOO_BIG = new Object();

  BodyAggregator(int maxBytes) {
    super(maxBytes);
  }

  /**
   * No "100 Continue" for what is too big anyway; the caller then refuses it. What else a client
   * may expect is passed over (RFC 9110, section 10.1.1, leaves the choice): Netty's own answer to
   * that would overtake those of the requests before it.
   */
  @Override
  protected Object newContinueResponse(
      HttpMessage start, int maxContentLength, ChannelPipeline pipeline) {
    return HttpUtil.is100ContinueExpected(start) && !isContentLengthInvalid(start, maxContentLength)
        ? super.newContinueResponse(start, maxContentLength, pipeline)
        : null;
  }

  @Override
  protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
    ctx.fireUserEventTriggered(TOO_BIG);
  }
}
