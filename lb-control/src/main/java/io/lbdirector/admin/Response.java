package io.lbdirector.admin;

import java.util.Map;

/**
 * An answer before it is bytes.
 *
 * @param body becomes JSON
 * @param headers beside content type and length
 */
record Response(int status, String contentType, Object body, Map<String, String> headers) {
  static Response ok(Object body) {
    return json(200, body);
  }

  static Response json(int status, Object body) {
    return new Response(status, "application/json", body, Map.of());
  }

  static Response of(HttpProblem problem) {
    return new Response(problem.status(), "application/problem+json", problem, Map.of());
  }

  Response withHeader(String name, String value) {
    return new Response(status, contentType, body, Map.of(name, value));
  }
}
