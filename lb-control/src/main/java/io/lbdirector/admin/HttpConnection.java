package io.lbdirector.admin;

import io.lbdirector.director.DirectorControl.NotFoundException;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.StartingException;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client. Takes one request at a time, in order, and answers it before the next is read; gives
 * up on a client that sends or reads too slowly. Lives on the event loop, and never waits there.
 *
 * <p>The last answer of a connection is followed by the end of our output, and only then by a
 * close: to close with unread input would reset the connection under a client that still sends.
 */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

  private enum State {
    READING,
    ANSWERING,
    CLOSING
  }

  private final Router router;
  private final Limits limits;
  private final Peer peer;
  private final Optional<HttpProblem> turnedAway;

  private State state = State.READING;
  private final Deque<FullHttpRequest> waiting = new ArrayDeque<>();
  private boolean requestBegun;
  private boolean tooBig;
  private boolean inputEnded;
  private Future<?> deadline;

  /**
   * @param turnedAway what to tell the client instead of listening to it, if it cannot be served
   */
  HttpConnection(Router router, Limits limits, Peer peer, Optional<HttpProblem> turnedAway) {
    this.router = router;
    this.limits = limits;
    this.peer = peer;
    this.turnedAway = turnedAway;
  }

  /** Bytes came, of whatever: what is not complete in time gets an answer, not just a close. */
  void bytesArrived() {
    requestBegun = true;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    turnedAway.ifPresentOrElse(problem -> refuse(ctx, problem), () -> next(ctx));
    ctx.fireChannelActive();
  }

  /** Answers the next request that is there, or waits for one. */
  private void next(ChannelHandlerContext ctx) {
    FullHttpRequest request = waiting.poll();
    if (request != null) {
      serve(ctx, request);
    } else if (tooBig) {
      refuse(ctx, bodyTooBig());
    } else if (inputEnded) {
      close(ctx);
    } else {
      state = State.READING;
      requestBegun = false;
      closeUnlessDoneIn(ctx, limits.request());
      ctx.channel().config().setAutoRead(true);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (state == State.CLOSING) {
      return; // what follows a request that was refused half-way
    }
    waiting.add(request.retain());
    if (state == State.READING) {
      next(ctx);
    }
  }

  private void serve(ChannelHandlerContext ctx, FullHttpRequest request) {
    state = State.ANSWERING;
    deadline.cancel(false);
    ctx.channel().config().setAutoRead(false); // others wait in the socket, not in our memory
    try {
      Optional<HttpProblem> malformed = malformed(request);
      malformed.ifPresentOrElse(problem -> refuse(ctx, problem), () -> answer(ctx, request));
    } finally {
      request.release();
    }
  }

  private void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    ask(request)
        .whenComplete(
            (response, failure) ->
                ctx.executor()
                    .execute(
                        () -> write(ctx, failure == null ? response : failed(failure), keepAlive)));
  }

  private static Optional<HttpProblem> malformed(FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return Optional.of(undecodable(request.decoderResult().cause()));
    }
    HttpVersion version = request.protocolVersion();
    if (version.majorVersion() != 1) {
      return Optional.of(
          HttpProblem.of(
              HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, version + "; this is HTTP/1.1"));
    }
    int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
    if (hosts > 1 || hosts == 0 && version.equals(HttpVersion.HTTP_1_1)) {
      return Optional.of(
          HttpProblem.of(
              HttpResponseStatus.BAD_REQUEST,
              hosts + " Host headers; HTTP/1.1 wants one, of any value"));
    }
    return Optional.empty();
  }

  private static HttpProblem undecodable(Throwable cause) {
    HttpResponseStatus status = HttpResponseStatus.BAD_REQUEST;
    if (cause instanceof TooLongHttpLineException) {
      status = HttpResponseStatus.REQUEST_URI_TOO_LONG;
    } else if (cause instanceof TooLongHttpHeaderException) {
      status = HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
    }
    return HttpProblem.of(status, "not a request that can be read: " + cause.getMessage());
  }

  private CompletionStage<Response> ask(FullHttpRequest request) {
    try {
      return router.answer(
          Request.parse(
              request.method().name(),
              request.uri(),
              headers(request),
              ByteBufUtil.getBytes(request.content()),
              peer));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static Map<String, String> headers(FullHttpRequest request) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    request.headers().forEach(header -> headers.putIfAbsent(header.getKey(), header.getValue()));
    return headers;
  }

  private static Response failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ProblemException problem) {
      return problem.response();
    }
    if (cause instanceof RefusedException refused) {
      return Response.of(HttpProblem.refused(refused.getMessage(), refused.problems()));
    }
    if (cause instanceof NotFoundException) {
      return Response.of(HttpProblem.of(HttpResponseStatus.NOT_FOUND, cause.getMessage()));
    }
    if (cause instanceof StartingException) {
      return Response.of(
          HttpProblem.of(HttpResponseStatus.SERVICE_UNAVAILABLE, cause.getMessage()));
    }
    LOG.error("admin request failed", cause);
    return internalError("the daemon failed on this request, see its log: " + cause);
  }

  private static Response internalError(String detail) {
    return Response.of(HttpProblem.of(HttpResponseStatus.INTERNAL_SERVER_ERROR, detail));
  }

  private void refuse(ChannelHandlerContext ctx, HttpProblem problem) {
    state = State.ANSWERING;
    write(ctx, Response.of(problem), false);
  }

  private void write(ChannelHandlerContext ctx, Response response, boolean keepAlive) {
    closeUnlessDoneIn(ctx, limits.request());
    ctx.writeAndFlush(encode(response, keepAlive))
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                close(ctx);
              } else if (keepAlive) {
                next(ctx);
              } else {
                endOutput(ctx);
              }
            });
  }

  private static FullHttpResponse encode(Response response, boolean keepAlive) {
    byte[] body = Json.encode(response.body());
    FullHttpResponse encoded =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            Unpooled.wrappedBuffer(body));
    encoded
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, response.contentType())
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set(HttpHeaderNames.CONNECTION, keepAlive ? "keep-alive" : "close");
    response.headers().forEach((name, value) -> encoded.headers().set(name, value));
    return encoded;
  }

  private void endOutput(ChannelHandlerContext ctx) {
    state = State.CLOSING;
    if (inputEnded) {
      close(ctx);
      return;
    }
    closeUnlessDoneIn(ctx, limits.linger());
    ((DuplexChannel) ctx.channel()).shutdownOutput();
    ctx.channel().config().setAutoRead(true);
  }

  private void close(ChannelHandlerContext ctx) {
    state = State.CLOSING;
    ctx.close();
  }

  private void closeUnlessDoneIn(ChannelHandlerContext ctx, Duration time) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    deadline = ctx.executor().schedule(() -> late(ctx), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void late(ChannelHandlerContext ctx) {
    if (state == State.READING && requestBegun) {
      refuse(
          ctx,
          HttpProblem.of(
              HttpResponseStatus.REQUEST_TIMEOUT,
              "the request was not complete after " + limits.request().toMillis() + " ms"));
    } else {
      close(ctx);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == BodyAggregator.TOO_BIG) {
      tooBig = true;
    } else if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded = true;
    } else {
      return;
    }
    if (state == State.READING) {
      next(ctx);
    } else if (state == State.CLOSING && inputEnded) {
      close(ctx);
    }
  }

  private HttpProblem bodyTooBig() {
    return HttpProblem.of(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
        "the body is above " + limits.bodyBytes() + " bytes");
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline.cancel(false);
    state = State.CLOSING;
    waiting.forEach(FullHttpRequest::release);
    waiting.clear();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) { // a client that went away is not worth a line
      LOG.atWarn().addKeyValue("pid", peer.pid()).setCause(cause).log("admin connection closed");
    }
    close(ctx);
  }
}
