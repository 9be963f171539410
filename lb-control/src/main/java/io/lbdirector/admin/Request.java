package io.lbdirector.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A whole request, decoded.
 *
 * @param path its segments, percent-decoded one by one, so that a name may hold a slash
 * @param query each parameter once
 * @param headers name to value, in whatever case it is asked for
 */
record Request(
    String method,
    List<String> path,
    Map<String, String> query,
    Map<String, String> headers,
    byte[] body,
    Peer peer) {

  /**
   * @param target path and query as they stand in the request line
   * @throws ProblemException 400 if it is not a path, is badly encoded, or repeats a parameter
   */
  static Request parse(
      String method, String target, Map<String, String> headers, byte[] body, Peer peer) {
    if (!target.startsWith("/")) {
      throw bad("the request target \"" + target + "\" is not a path; it begins with /");
    }
    try {
      QueryStringDecoder decoder = new QueryStringDecoder(target);
      return new Request(method, segments(decoder.rawPath()), query(decoder), headers, body, peer);
    } catch (IllegalArgumentException e) {
      throw bad("the request target \"" + target + "\" is badly encoded: " + e.getMessage());
    }
  }

  private static List<String> segments(String rawPath) {
    List<String> segments = new ArrayList<>();
    for (String raw : rawPath.substring(1).split("/", -1)) {
      segments.add(new QueryStringDecoder(raw).path());
    }
    return segments;
  }

  private static Map<String, String> query(QueryStringDecoder decoder) {
    Map<String, String> query = new LinkedHashMap<>();
    decoder
        .parameters()
        .forEach(
            (name, values) -> {
              if (values.size() > 1) {
                throw bad("query parameter \"" + name + "\" is there " + values.size() + " times");
              }
              query.put(name, values.get(0));
            });
    return query;
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(HttpResponseStatus.BAD_REQUEST, detail);
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name));
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  String pathText() {
    return "/" + String.join("/", path);
  }
}
