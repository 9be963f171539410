package io.lbdirector.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/**
 * Sends the request and reads as much of the answer as it takes: the body only if a text is to be
 * in it. A redirect is a status like any other.
 */
final class HttpConversation extends SimpleChannelInboundHandler<HttpObject> {
  private final HttpExpectation expected;
  private final SocketRun run;
  private int status;
  private BodySearch search;

  private HttpConversation(HttpExpectation expected, SocketRun run) {
    this.expected = expected;
    this.run = run;
  }

  static void begin(ChannelPipeline pipeline, SocketRun run, HttpExpectation expected) {
    HttpDecoderConfig lenient =
        new HttpDecoderConfig()
            .setMaxHeaderSize(expected.limits().headerBytes())
            .setStrictLineParsing(false) // what clients take is good
            .setValidateHeaders(false);
    pipeline
        .addLast(new ByteCount(expected.limits().answerBytes(), run))
        .addLast(new HttpResponseDecoder(lenient))
        .addLast(new HttpConversation(expected, run));
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    run.connected();
    ctx.writeAndFlush(Unpooled.wrappedBuffer(expected.request())); // a failure ends the reading too
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject part) {
    if (run.isOver()) {
      return;
    }
    if (part.decoderResult().isFailure()) {
      run.end(Result.bad(undecodable(part.decoderResult().cause())));
      return;
    }
    if (part instanceof HttpResponse head) {
      read(head);
    }
    if (part instanceof HttpContent body && search != null) {
      read(body);
    }
  }

  private void read(HttpResponse head) {
    status = head.status().code();
    Result result = expected.weigh(status).orElse(null);
    boolean interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL && status != 101;
    if (result == null) {
      search = expected.search();
    } else if (!interim || result.kind() == Result.Kind.GOOD) {
      run.end(result);
    }
  }

  private void read(HttpContent body) {
    search.read(body.content());
    boolean wholeBody = body instanceof LastHttpContent;
    if (search.isFound()) {
      run.end(expected.good(status));
    } else if (wholeBody || search.isSpent()) {
      run.end(expected.notFound(wholeBody));
    }
  }

  private String undecodable(Throwable cause) {
    if (cause instanceof PrematureChannelClosureException) {
      return "the answer ended early";
    }
    return cause instanceof TooLongHttpHeaderException
        ? "headers above " + Words.size(expected.limits().headerBytes())
        : "an answer that is not HTTP";
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    run.closedByBackend();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    run.end(SocketErrors.result(cause));
  }

  /** Sees to it that an answer begins, and that it does not go on for ever. */
  private static final class ByteCount extends ChannelInboundHandlerAdapter {
    private final int limit;
    private final SocketRun run;
    private long bytes;

    ByteCount(int limit, SocketRun run) {
      this.limit = limit;
      this.run = run;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      bytes += ((ByteBuf) message).readableBytes();
      run.answering();
      ctx.fireChannelRead(message);
      if (bytes > limit) {
        run.end(Result.bad("an answer above " + Words.size(limit)));
      }
    }
  }
}
