package io.lbdirector.admin;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/**
 * One thing that can be asked.
 *
 * @param method GET to look (HEAD comes with it), POST to change
 * @param path such as {@code /v1/tables/{name}}; a segment in braces matches any text but none
 * @param query parameters that it understands; any other is an error
 */
record Route(String method, String path, Set<String> query, Handler handler) {

  /** Answers a request; called on the event loop, so it must not wait. */
  interface Handler {
    /**
     * @param names what the segments in braces matched
     * @return may complete on any thread, also with a {@link ProblemException} or a {@link
     *     io.lbdirector.director.DirectorControl.RefusedException}
     */
    CompletionStage<Response> answer(Request request, Map<String, String> names);
  }

  static Route get(String path, Handler handler) {
    return get(path, Set.of(), handler);
  }

  static Route get(String path, Set<String> query, Handler handler) {
    return new Route("GET", path, query, handler);
  }

  static Route post(String path, Set<String> query, Handler handler) {
    return new Route("POST", path, query, handler);
  }

  boolean changesThings() {
    return !method.equals("GET");
  }

  boolean allows(String requestMethod) {
    return method.equals(requestMethod) || method.equals("GET") && requestMethod.equals("HEAD");
  }

  /** What the segments in braces match, or empty if the path is another. */
  Optional<Map<String, String>> match(List<String> segments) {
    String[] pattern = path.substring(1).split("/");
    if (pattern.length != segments.size()) {
      return Optional.empty();
    }
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < pattern.length; i++) {
      String segment = segments.get(i);
      if (pattern[i].startsWith("{") && !segment.isEmpty()) {
        names.put(pattern[i].substring(1, pattern[i].length() - 1), segment);
      } else if (!pattern[i].equals(segment)) {
        return Optional.empty();
      }
    }
    return Optional.of(names);
  }

  /** As it stands in the list that a 404 shows: {@code POST /v1/reload?name}. */
  @Override
  public String toString() {
    return method
        + " "
        + path
        + (query.isEmpty() ? "" : "?" + String.join("&", new TreeSet<>(query)));
  }
}
