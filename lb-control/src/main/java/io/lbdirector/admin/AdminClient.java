package io.lbdirector.admin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedInputStream;
import java.io.IOException;
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

/**
 * The client half of the admin socket: one request, one connection, one answer.
 *
 * <p>JDK channels and a small HTTP/1.1 instead of Netty, and no native library: the start-up of
 * {@code lbctl} is what its user waits for. Safe for any thread; keeps nothing open.
 */
public final class AdminClient {
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final Duration CHANGE = Duration.ofSeconds(60);

  private final Path socket;
  private final Duration lookTimeout;
  private final Duration changeTimeout;

  public AdminClient(Path socket) {
    this(socket, LOOK, CHANGE);
  }

  AdminClient(Path socket, Duration lookTimeout, Duration changeTimeout) {
    this.socket = socket;
    this.lookTimeout = lookTimeout;
    this.changeTimeout = changeTimeout;
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
    HttpReply reply = converse(request(method, target, body), timeout);
    if (reply.status() >= 300) {
      throw refused(reply);
    }
    try {
      return JsonParser.parseString(reply.text());
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

  private HttpReply converse(ByteBuffer request, Duration timeout)
      throws DaemonUnreachableException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      Thread watchdog = closeAfter(timeout, channel);
      try {
        connect(channel);
        return exchange(channel, request);
      } finally {
        watchdog.interrupt();
      }
    } catch (AsynchronousCloseException e) {
      throw new DaemonUnreachableException(late(timeout), e);
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

  /** Channels of Unix sockets know no timeout; to close one under its user is the way. */
  private static Thread closeAfter(Duration timeout, SocketChannel channel) {
    Thread watchdog =
        new Thread(
            () -> {
              try {
                Thread.sleep(timeout.toMillis());
                channel.close();
              } catch (InterruptedException | IOException e) {
                // The exchange is over, or the channel is closed as far as it can be.
              }
            },
            "admin-timeout");
    watchdog.setDaemon(true);
    watchdog.start();
    return watchdog;
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

  private static HttpReply exchange(SocketChannel channel, ByteBuffer request) throws IOException {
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
      return HttpReply.read(new BufferedInputStream(Channels.newInputStream(channel)));
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
