package io.lbdirector.admin;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Between Netty's messages and ours: what a request says, and how an answer stands on the wire. */
final class HttpMessages {
  /**
   * How a client wants its answer.
   *
   * @param headOnly it asked with HEAD
   * @param chunks it knows chunks, as HTTP/1.0 does not
   */
  record Manner(boolean keepAlive, boolean headOnly, boolean chunks) {
    /** Of an answer after which nothing more is read. */
    static final Manner LAST = new Manner(false, false, true);

    static Manner of(FullHttpRequest request) {
      return new Manner(
          HttpUtil.isKeepAlive(request),
          request.method().equals(HttpMethod.HEAD),
          !request.protocolVersion().equals(HttpVersion.HTTP_1_0));
    }
  }

  private HttpMessages() {}

  /** Why a request cannot be served, whatever it asks for; empty if it can. */
  static Optional<HttpProblem> malformed(FullHttpRequest request) {
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

  /**
   * @throws ProblemException 400 if its target is none
   */
  static Request request(FullHttpRequest request, Peer peer) {
    return Request.parse(
        request.method().name(),
        request.uri(),
        headers(request),
        ByteBufUtil.getBytes(request.content()),
        peer);
  }

  private static Map<String, String> headers(FullHttpRequest request) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    request.headers().forEach(header -> headers.putIfAbsent(header.getKey(), header.getValue()));
    return headers;
  }

  /** An answer with its body, if that is made of bytes. */
  static FullHttpResponse whole(Response response, Manner manner) {
    byte[] body = response.body() instanceof Response.Bytes whole ? whole.bytes() : new byte[0];
    FullHttpResponse encoded =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            Unpooled.wrappedBuffer(body));
    setHeaders(encoded, response, manner.keepAlive());
    if (response.body() instanceof Response.Bytes) {
      encoded.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    }
    return encoded;
  }

  private static void setHeaders(HttpResponse encoded, Response response, boolean keepAlive) {
    encoded
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, response.contentType())
        .set(HttpHeaderNames.CONNECTION, keepAlive ? "keep-alive" : "close");
    response.headers().forEach((name, value) -> encoded.headers().set(name, value));
  }

  /** The head of an answer whose body goes on until the connection ends. */
  static HttpResponse head(Response response, Manner manner) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    setHeaders(head, response, false);
    HttpUtil.setTransferEncodingChunked(head, manner.chunks());
    return head;
  }
}
