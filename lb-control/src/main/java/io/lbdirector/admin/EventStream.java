package io.lbdirector.admin;

import io.lbdirector.director.DirectorControl.Event;
import io.lbdirector.director.DirectorControl.EventSubscription;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client that is told of events. Takes the place of its {@link HttpConnection} when the head of
 * the answer is written, and stays until the client goes, falls behind, or the server closes.
 *
 * <p>The director waits for no client: events wait here, up to a limit, and a client that makes
 * them more is told so and let go. It can ask again for what follows the last one that it got.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
final class EventStream extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  /** Fired on every connection when the server closes: streams end as they should. */
  static final Object SERVER_CLOSES = new Object();

  private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

  private final EventExecutor loop;
  private final Limits limits;
  private final Queue<Event> waiting;
  private final AtomicBoolean drainDue = new AtomicBoolean();
  private volatile boolean overflowed;

  private final EventSubscription subscription;
  private ChannelHandlerContext ctx;
  private long lastId;
  private boolean ended;
  private Future<?> heartbeat;
  private Future<?> deadline;

  /**
   * Subscribes at once; the caller puts this into its pipeline before it lets go of the loop.
   *
   * @param loop of the client's channel
   * @throws RuntimeException whatever the source does if it has no events to give
   */
  EventStream(EventExecutor loop, Limits limits, Response.EventSource source) {
    this.loop = loop;
    this.limits = limits;
    this.waiting = new ArrayBlockingQueue<>(limits.events());
    this.subscription = source.subscribe(this::accept);
  }

  /** Called on any thread. */
  private void accept(Event event) {
    if (overflowed) {
      return;
    }
    overflowed = !waiting.offer(event);
    if (!drainDue.getAndSet(true)) {
      try {
        loop.execute(this::drain);
      } catch (RejectedExecutionException e) {
        // The server is closed; there is nobody to tell.
      }
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    long millis = limits.heartbeat().toMillis();
    heartbeat = loop.scheduleAtFixedRate(this::beat, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** Writes what the client takes; the rest waits for {@link #channelWritabilityChanged}. */
  private void drain() {
    drainDue.set(false);
    if (ended || ctx == null || ctx.isRemoved()) {
      return;
    }
    try {
      while (ctx.channel().isWritable() && !waiting.isEmpty()) {
        write(waiting.poll());
      }
      ctx.flush();
      if (overflowed) {
        letGo();
      }
    } catch (RuntimeException e) {
      exceptionCaught(ctx, e);
    }
  }

  private void write(Event event) {
    lastId = event.id();
    ctx.write(content("id: " + event.id() + "\nevent: " + event.type() + "\n", event));
  }

  private static HttpContent content(String fields, Object data) {
    return new DefaultHttpContent(
        Unpooled.wrappedBuffer(
            (fields + "data: ").getBytes(StandardCharsets.UTF_8),
            Json.encode(data), // one line, with its end
            new byte[] {'\n'}));
  }

  /** Once all that waited is written; a client that takes nothing for a while is let go sooner. */
  private void letGo() {
    startClock();
    if (waiting.isEmpty()) {
      ctx.write(content("event: overflow\n", overflow()));
      end();
    }
  }

  private void startClock() {
    stopClock();
    long millis = limits.request().toMillis();
    deadline = loop.schedule(() -> ctx.close(), millis, TimeUnit.MILLISECONDS);
  }

  private void stopClock() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  private Map<String, Object> overflow() {
    return Map.of(
        "after",
        lastId,
        "message",
        "this client reads too slowly: what followed event "
            + lastId
            + " is not told here; ask for it with ?after="
            + lastId);
  }

  /** Nothing more is told. */
  void end() {
    if (!ended) {
      ended = true;
      startClock();
      ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
          .addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** Only to a client that reads: others have enough that waits for them. */
  private void beat() {
    if (!ended && ctx.channel().isWritable()) {
      ctx.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(HEARTBEAT)));
    }
  }

  /** Not within the flush that made it writable. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext changed) {
    loop.execute(this::drain);
  }

  /** A client whose output ends has gone. */
  @Override
  public void userEventTriggered(ChannelHandlerContext told, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE || event == SERVER_CLOSES) {
      end();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
    if (!HttpConnection.isTheClients(cause)) {
      LOG.warn("stream of events closed", cause);
    }
    failing.close();
  }

  /** The channel is closed by now, or about to. */
  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    heartbeat.cancel(false);
    stopClock();
    subscription.close();
    waiting.clear();
  }
}
