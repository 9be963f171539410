package io.lbdirector.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** Takes a request to its route, or says why there is none for it. */
final class Router {
  private final List<Route> routes;
  private final Access access;

  Router(List<Route> routes, Access access) {
    this.routes = List.copyOf(routes);
    this.access = access;
  }

  /**
   * @throws ProblemException 404, 405, 400 (query) or 403, in this order of questions
   */
  CompletionStage<Response> answer(Request request) {
    Route route = find(request);
    requireKnownQuery(route, request);
    if (route.changesThings()) {
      requireAccess(request.peer());
    }
    return route.handler().answer(request, route.match(request.path()).orElse(Map.of()));
  }

  private Route find(Request request) {
    List<Route> here = routes.stream().filter(r -> r.match(request.path()).isPresent()).toList();
    if (here.isEmpty()) {
      HttpProblem problem = notFound(request);
      throw new ProblemException(problem.detail(), Response.of(problem));
    }
    Optional<Route> found = here.stream().filter(r -> r.allows(request.method())).findFirst();
    return found.orElseThrow(() -> notAllowed(request, here));
  }

  private HttpProblem notFound(Request request) {
    return HttpProblem.notFound(
        "there is no " + request.pathText() + "; \"routes\" lists what there is",
        routes.stream().map(Route::toString).toList());
  }

  private static ProblemException notAllowed(Request request, List<Route> here) {
    String allow = allowHeader(here);
    String detail = request.pathText() + " takes " + allow + ", not " + request.method();
    HttpProblem problem = HttpProblem.of(HttpResponseStatus.METHOD_NOT_ALLOWED, detail);
    return new ProblemException(detail, Response.of(problem).withHeader("Allow", allow));
  }

  private static String allowHeader(List<Route> here) {
    TreeSet<String> methods = new TreeSet<>();
    for (Route route : here) {
      methods.add(route.method());
      if (route.allows("HEAD")) {
        methods.add("HEAD");
      }
    }
    return String.join(", ", methods);
  }

  private static void requireKnownQuery(Route route, Request request) {
    for (String name : request.query().keySet()) {
      if (!route.query().contains(name)) {
        throw new ProblemException(
            HttpResponseStatus.BAD_REQUEST,
            "unknown query parameter \"" + name + "\"; the route is " + route);
      }
    }
  }

  private void requireAccess(Peer peer) {
    access
        .refusal(peer)
        .ifPresent(
            why -> {
              throw new ProblemException(HttpResponseStatus.FORBIDDEN, why);
            });
  }
}
