package io.lbdirector.admin;

import io.lbdirector.director.DirectorControl;
import io.lbdirector.director.DirectorControl.Readiness;
import io.lbdirector.director.DirectorControl.StateReport;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.metrics.PrometheusText;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What can be asked of a director, one line a route. docs/openapi.json and docs/admin-api.md tell
 * the same.
 */
final class Routes {
  private static final int MAX_NAME = 4096;
  private static final int MAX_CONFIRM_SECONDS = 86_400;

  private Routes() {}

  static List<Route> of(DirectorControl control) {
    return List.of(
        livez(),
        readyz(control),
        metrics(control),
        Route.get("/v1/status", (request, names) -> ok(control.status())),
        Route.get("/v1/tables", (request, names) -> ok(control.tables())),
        Route.get("/v1/tables/{name}", (request, names) -> table(control, names.get("name"))),
        Route.get("/v1/backends", (request, names) -> ok(control.backends())),
        Route.get("/v1/counters", (request, names) -> ok(control.counters())),
        Route.get(
            "/v1/openapi.json",
            (request, names) -> now(Response.of("application/json", Routes::document))),
        Route.post(
            "/v1/reload",
            Set.of("name", "dry_run", "confirm"),
            (request, names) -> ok(reload(control, request))),
        Route.post("/v1/rollback", Set.of(), (request, names) -> ok(control.rollback())),
        Route.post("/v1/confirm", Set.of(), (request, names) -> ok(control.confirm())),
        Route.get("/v1/health", (request, names) -> ok(control.health())),
        Route.get("/v1/bpf", (request, names) -> ok(control.bpf())),
        Route.get("/v1/events", Set.of("after"), (request, names) -> now(events(control, request))),
        Route.get(
            "/v1/tables/{name}/backends/{ip}/outcomes",
            (request, names) -> ok(control.outcomes(names.get("name"), address(names.get("ip"))))),
        Route.post(
            "/v1/tables/{name}/backends/{ip}/state",
            Set.of(),
            (request, names) -> ok(setState(control, request, names))));
  }

  /** What can be asked where nobody is known: no more than monitoring needs. */
  static List<Route> ofMetrics(DirectorControl control) {
    return List.of(livez(), readyz(control), metrics(control));
  }

  private static Route livez() {
    return Route.get("/livez", (request, names) -> now(Response.small(200, Map.of("live", true))));
  }

  private static Route readyz(DirectorControl control) {
    return Route.get("/readyz", (request, names) -> now(ready(control.readiness())));
  }

  private static Route metrics(DirectorControl control) {
    return Route.get(
        "/metrics",
        (request, names) ->
            control
                .metrics()
                .thenApply(
                    report ->
                        Response.of(PrometheusText.CONTENT_TYPE, () -> PrometheusText.of(report))));
  }

  private static CompletionStage<Response> now(Response response) {
    return CompletableFuture.completedFuture(response);
  }

  private static CompletionStage<Response> ok(CompletionStage<?> answer) {
    return answer.thenApply(Response::ok);
  }

  private static Response ready(Readiness readiness) {
    HttpResponseStatus status =
        readiness.ready() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE;
    return Response.small(status.code(), readiness);
  }

  private static CompletionStage<Response> table(DirectorControl control, String name) {
    return control
        .table(name)
        .thenApply(found -> found.map(Response::ok).orElseGet(() -> Response.of(noTable(name))));
  }

  private static HttpProblem noTable(String name) {
    return HttpProblem.of(
        HttpResponseStatus.NOT_FOUND,
        "no table is named \"" + name + "\"; GET /v1/tables lists them");
  }

  private static CompletionStage<?> reload(DirectorControl control, Request request) {
    String name = configName(request);
    Optional<Duration> confirm = request.parameter("confirm").map(Routes::seconds);
    boolean dryRun = request.parameter("dry_run").map(Routes::flag).orElse(false);
    return dryRun
        ? control.plan(request.body(), name)
        : control.reload(request.body(), name, confirm);
  }

  private static Duration seconds(String text) {
    try {
      int seconds = Integer.parseInt(text);
      if (seconds >= 1 && seconds <= MAX_CONFIRM_SECONDS) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException e) {
      // The answer is the same.
    }
    throw new ProblemException(
        HttpResponseStatus.BAD_REQUEST,
        "confirm = \"" + text + "\" is not a number of seconds, 1 to " + MAX_CONFIRM_SECONDS);
  }

  private static boolean flag(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new ProblemException(
          HttpResponseStatus.BAD_REQUEST, "dry_run = \"" + text + "\" is not true or false");
    }
    return text.equals("true");
  }

  /** A browser that comes back says in a header what it knows, whatever its first query was. */
  private static Response events(DirectorControl control, Request request) {
    long after =
        request
            .header("Last-Event-ID")
            .map(text -> eventId("Last-Event-ID", text))
            .or(() -> request.parameter("after").map(text -> eventId("after", text)))
            .orElse(0L);
    return Response.of(listener -> control.events(after, listener));
  }

  private static long eventId(String name, String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw new ProblemException(
          HttpResponseStatus.BAD_REQUEST, name + " = \"" + text + "\" is not the id of an event");
    }
    return Long.parseLong(text);
  }

  /** docs/openapi.json, as it was built. */
  private static byte[] document() {
    try (InputStream in = Routes.class.getResourceAsStream("openapi.json")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CompletionStage<StateReport> setState(
      DirectorControl control, Request request, Map<String, String> names) {
    return control.setState(
        names.get("name"),
        address(names.get("ip")),
        StateBody.parse(request.body()),
        request.peer().who());
  }

  private static IpAddress address(String text) {
    try {
      return IpAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(HttpResponseStatus.BAD_REQUEST, e.getMessage());
    }
  }

  /** What messages call the file; it is never opened. Control characters would forge log lines. */
  private static String configName(Request request) {
    String name =
        request.parameter("name").or(() -> request.header("X-Config-Name")).orElse("request body");
    if (name.isBlank()
        || name.length() > MAX_NAME
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new ProblemException(
          HttpResponseStatus.BAD_REQUEST,
          "the config's name is 1 to " + MAX_NAME + " printable characters");
    }
    return name;
  }
}
