package io.lbdirector.admin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.lbdirector.admin.ServerEvents.ServerEvent;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The client half of the admin socket: one request, one connection, one answer, or one stream of
 * events.
 *
 * <p>JDK channels and a small HTTP/1.1 instead of Netty, and no native library: the start-up of
 * {@code lbctl} is what its user waits for. Safe for any thread; keeps nothing open.
 */
public final class AdminClient {
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final Duration CHANGE = Duration.ofSeconds(60);

  /** Some heartbeats of a stream. */
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private final Path socket;
  private final Duration lookTimeout;
  private final Duration changeTimeout;
  private final Duration silenceTimeout;

  public AdminClient(Path socket) {
    this(socket, LOOK, CHANGE, SILENCE);
  }

  AdminClient(Path socket, Duration lookTimeout, Duration changeTimeout, Duration silenceTimeout) {
    this.socket = socket;
    this.lookTimeout = lookTimeout;
    this.changeTimeout = changeTimeout;
    this.silenceTimeout = silenceTimeout;
  }

  /** One segment of a path, or one value of a query, percent-encoded. */
  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * Asks for something; gives up after 5 s.
   *
   * @param target path and query, encoded
   * @return JSON, as the daemon wrote it
   */
  public JsonElement get(String target) throws DaemonUnreachableException, DaemonRefusedException {
    return exchange("GET", target, new byte[0], lookTimeout);
  }

  /**
   * Changes something; gives up after 60 s, and whether it happened is then not known.
   *
   * @param target path and query, encoded
   * @return JSON, as the daemon wrote it
   */
  public JsonElement post(String target, byte[] body)
      throws DaemonUnreachableException, DaemonRefusedException {
    return exchange("POST", target, body, changeTimeout);
  }

  private JsonElement exchange(String method, String target, byte[] body, Duration timeout)
      throws DaemonUnreachableException, DaemonRefusedException {
    HttpReply reply =
        converse(
            timeout,
            late(timeout),
            (channel, watchdog) -> {
              Begun answer = send(channel, request(method, target, body));
              return HttpReply.read(answer.head(), answer.rest());
            });
    if (reply.status() >= 300) {
      throw refused(reply);
    }
    return json(reply.text());
  }

  /**
   * Listens to events.
   *
   * @param after id of the last one that is known; 0 for all that the daemon remembers
   * @param listener gets one event at a time; returns whether it wants to hear more
   * @throws DaemonUnreachableException also if the daemon ends the stream before the listener has
   *     heard enough, or gives no sign of life for a minute
   */
  public void events(long after, Predicate<JsonElement> listener)
      throws DaemonUnreachableException, DaemonRefusedException {
    converse(
        lookTimeout,
        "the daemon at " + socket + " says nothing any more; see its log",
        (channel, watchdog) -> {
          Begun answer = send(channel, request("GET", "/v1/events?after=" + after, new byte[0]));
          if (answer.head().status() >= 300) {
            throw refused(HttpReply.read(answer.head(), answer.rest()));
          }
          if (!answer.head().chunked()) {
            throw new ProtocolException("events that come all at once");
          }
          hear(
              new ServerEvents(
                  new ChunkedBody(answer.rest()), () -> watchdog.allow(silenceTimeout)),
              listener);
          return null;
        });
  }

  private void hear(ServerEvents events, Predicate<JsonElement> listener)
      throws IOException, DaemonUnreachableException {
    for (ServerEvent event = events.next(); event != null; event = events.next()) {
      JsonElement data = json(event.data());
      if (event.type().equals("overflow")) {
        throw new DaemonUnreachableException(
            "the daemon at " + socket + " ended the stream: " + message(data), null);
      }
      if (!listener.test(data)) {
        return;
      }
    }
    throw new DaemonUnreachableException(
        "the daemon at " + socket + " ended the stream: it was stopped", null);
  }

  private String message(JsonElement overflow) throws DaemonUnreachableException {
    try {
      return overflow.getAsJsonObject().get("message").getAsString();
    } catch (IllegalStateException | NullPointerException e) {
      throw new DaemonUnreachableException(notADaemon("an overflow without a message"), e);
    }
  }

  private JsonElement json(String text) throws DaemonUnreachableException {
    try {
      return JsonParser.parseString(text);
    } catch (JsonParseException e) {
      throw new DaemonUnreachableException(notADaemon("its answer is not JSON"), e);
    }
  }

  private static ByteBuffer request(String method, String target, byte[] body) {
    byte[] head =
        (method + " " + target + " HTTP/1.1\r\n")
            .concat("Host: lbd\r\nConnection: close\r\n")
            .concat("Content-Length: " + body.length + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(head.length + body.length).put(head).put(body).flip();
  }

  /** What is said on a connection. */
  private interface Talk<T> {
    T over(SocketChannel channel, Watchdog watchdog)
        throws IOException, DaemonUnreachableException, DaemonRefusedException;
  }

  private <T> T converse(Duration timeout, String late, Talk<T> talk)
      throws DaemonUnreachableException, DaemonRefusedException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Watchdog watchdog = new Watchdog(channel, timeout)) {
      connect(channel);
      return talk.over(channel, watchdog);
    } catch (AsynchronousCloseException e) {
      throw new DaemonUnreachableException(late, e);
    } catch (ProtocolException e) {
      throw new DaemonUnreachableException(notADaemon(e.getMessage()), e);
    } catch (IOException e) {
      throw new DaemonUnreachableException(
          "the daemon at "
              + socket
              + " broke off: "
              + e.getMessage()
              + "; see its log, and try"
              + " lbctl status for what is live",
          e);
    }
  }

  private void connect(SocketChannel channel)
      throws DaemonUnreachableException, AsynchronousCloseException {
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (AsynchronousCloseException e) {
      throw e;
    } catch (IOException e) {
      throw new DaemonUnreachableException(whyNoConnection(e), e);
    }
  }

  private String whyNoConnection(IOException failure) {
    String start = "no daemon at " + socket + ": ";
    if (failure instanceof ConnectException) {
      return start + "nobody listens there any more; start lbd";
    }
    if (Files.notExists(socket)) {
      return start + "no such socket; start lbd, or name its socket with --socket or LB_SOCKET";
    }
    return start + failure.getMessage() + "; may you use it? try sudo";
  }

  /** The answer, as far as its head. */
  private record Begun(HttpHead head, InputStream rest) {}

  private static Begun send(SocketChannel channel, ByteBuffer request) throws IOException {
    IOException notSent = null;
    try {
      while (request.hasRemaining()) {
        channel.write(request);
      }
    } catch (AsynchronousCloseException e) {
      throw e;
    } catch (IOException e) {
      notSent = e; // perhaps refused before it was all sent: the answer says why
    }
    try {
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
      return new Begun(HttpHead.read(in), in);
    } catch (IOException e) {
      if (notSent != null) {
        e.addSuppressed(notSent);
      }
      throw e;
    }
  }

  private String late(Duration timeout) {
    return "no answer from the daemon at "
        + socket
        + " within "
        + timeout.toMillis()
        + " ms; a change that was asked for may still happen: see lbctl status";
  }

  private String notADaemon(String why) {
    return "what answers at " + socket + " is not lbd, or not of this version: " + why;
  }

  private DaemonRefusedException refused(HttpReply reply) {
    try {
      JsonObject problem = JsonParser.parseString(reply.text()).getAsJsonObject();
      return new DaemonRefusedException(
          reply.status(), problem.get("detail").getAsString(), messages(problem));
    } catch (JsonParseException | IllegalStateException | NullPointerException e) {
      return new DaemonRefusedException(
          reply.status(), "the daemon answered HTTP status " + reply.status(), List.of());
    }
  }

  private static List<String> messages(JsonObject problem) {
    List<String> messages = new ArrayList<>();
    if (problem.has("problems")) {
      for (JsonElement one : problem.getAsJsonArray("problems")) {
        messages.add(one.getAsJsonObject().get("message").getAsString());
      }
    }
    return messages;
  }
}
