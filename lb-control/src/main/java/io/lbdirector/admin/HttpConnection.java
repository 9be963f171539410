package io.lbdirector.admin;

import io.lbdirector.admin.HttpMessages.Manner;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.PromiseNotifier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
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

  private final Service service;
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
  HttpConnection(Service service, Peer peer, Optional<HttpProblem> turnedAway) {
    this.service = service;
    this.limits = service.limits();
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
    if (state == State.CLOSING || tooBig) {
      return; // what follows a request that is refused half-way
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
      Optional<HttpProblem> malformed = HttpMessages.malformed(request);
      malformed.ifPresentOrElse(problem -> refuse(ctx, problem), () -> answer(ctx, request));
    } finally {
      request.release();
    }
  }

  private void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
    Manner manner = Manner.of(request);
    ask(request)
        .whenComplete(
            (response, failure) ->
                maker(response)
                    .execute(
                        () -> {
                          Response made = made(response, failure);
                          ctx.executor().execute(() -> write(ctx, made, manner));
                        }));
  }

  /** What may be long is made neither on the director's thread nor on ours. */
  private Executor maker(Response response) {
    return response == null || response.isLate() ? service.worker() : Runnable::run;
  }

  private Response made(Response response, Throwable failure) {
    Response made;
    try {
      made = (failure == null ? response : Failures.answer(failure)).made();
    } catch (RuntimeException | Error e) {
      made = Failures.answer(e).made();
    }
    return service.owed().add(made);
  }

  private CompletionStage<Response> ask(FullHttpRequest request) {
    try {
      return service.router().answer(HttpMessages.request(request, peer));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void refuse(ChannelHandlerContext ctx, HttpProblem problem) {
    state = State.ANSWERING;
    write(ctx, service.owed().add(Response.of(problem).made()), Manner.LAST);
  }

  private void write(ChannelHandlerContext ctx, Response response, Manner manner) {
    if (response.body() instanceof Response.Events events && !manner.headOnly()) {
      stream(ctx, response, events, manner);
      return;
    }
    closeUnlessDoneIn(ctx, limits.request());
    if (inputEnded) {
      registerAnew(ctx.channel()).addListener(done -> send(ctx, response, manner));
    } else {
      send(ctx, response, manner);
    }
  }

  /**
   * Netty 4.2.18 cannot wait for the output of a channel whose input has ended: once nothing is
   * waited for, its EpollIoHandler takes the channel out of epoll, and then changes what is not
   * there (ENOENT). What does not fit into the socket at once would be lost.
   */
  private static ChannelFuture registerAnew(Channel channel) {
    ChannelPromise done = channel.newPromise();
    channel
        .deregister()
        .addListener(
            out ->
                channel
                    .eventLoop()
                    .register(channel)
                    .addListener(new PromiseNotifier<>(false, done)));
    return done;
  }

  private void send(ChannelHandlerContext ctx, Response response, Manner manner) {
    ctx.writeAndFlush(HttpMessages.whole(response, manner))
        .addListener(
            written -> {
              service.owed().taken(response);
              if (!written.isSuccess()) {
                close(ctx);
              } else if (manner.keepAlive()) {
                next(ctx);
              } else {
                endOutput(ctx);
              }
            });
  }

  /** Gives the client over to an {@link EventStream}: what it may have sent since is not read. */
  private void stream(
      ChannelHandlerContext ctx, Response response, Response.Events events, Manner manner) {
    if (service.streams().size() >= limits.streams()) {
      refuse(
          ctx,
          HttpProblem.of(
              HttpResponseStatus.SERVICE_UNAVAILABLE,
              limits.streams() + " streams of events are open already; close some"));
    } else if (ctx.channel().isActive()) {
      EventStream stream;
      try {
        stream = new EventStream(ctx.channel().eventLoop(), limits, events.source());
      } catch (RuntimeException e) {
        write(ctx, made(null, e), manner);
        return;
      }
      service.streams().add(ctx.channel());
      ctx.writeAndFlush(HttpMessages.head(response, manner));
      ctx.pipeline().replace(this, null, stream);
      if (inputEnded) {
        stream.end();
      }
    }
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
    state = State.CLOSING;
    ctx.fireChannelInactive();
  }

  /** The channel is closed, or another's. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    waiting.forEach(FullHttpRequest::release);
    waiting.clear();
  }

  /** What a client brings about, who goes away in the middle, is not worth a line in the log. */
  static boolean isTheClients(Throwable cause) {
    return cause instanceof IOException || cause instanceof CodecException;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!isTheClients(cause)) {
      LOG.atWarn().addKeyValue("pid", peer.pid()).setCause(cause).log("admin connection closed");
    }
    close(ctx);
  }
}
