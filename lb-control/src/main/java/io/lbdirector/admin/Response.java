package io.lbdirector.admin;

import io.lbdirector.director.DirectorControl.Event;
import io.lbdirector.director.DirectorControl.EventSubscription;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An answer.
 *
 * @param headers beside content type and length
 */
record Response(int status, String contentType, Body body, Map<String, String> headers) {
  private static final String JSON = "application/json";
  private static final String PROBLEM = "application/problem+json";
  private static final String EVENTS = "text/event-stream";

  /** What follows the head. */
  sealed interface Body permits Bytes, Late, Events {}

  record Bytes(byte[] bytes) implements Body {}

  /** To be made where it holds up nobody: it may be long. */
  record Late(Supplier<byte[]> bytes) implements Body {}

  /** Goes on for as long as the client listens. */
  record Events(EventSource source) implements Body {}

  /** Where events come from; the subscription is the caller's to close. */
  interface EventSource {
    EventSubscription subscribe(Consumer<Event> listener);
  }

  /**
   * @param body becomes JSON
   */
  static Response ok(Object body) {
    return new Response(200, JSON, new Late(() -> Json.encode(body)), Map.of());
  }

  /** An answer that is short, and comes even while long ones are being made. */
  static Response small(int status, Object body) {
    return new Response(status, JSON, new Bytes(Json.encode(body)), Map.of());
  }

  /**
   * An answer other than JSON.
   *
   * @param bytes called once, on a thread of its own, where it may take its time
   */
  static Response of(String contentType, Supplier<byte[]> bytes) {
    return new Response(200, contentType, new Late(bytes), Map.of());
  }

  static Response of(HttpProblem problem) {
    return new Response(problem.status(), PROBLEM, new Late(() -> Json.encode(problem)), Map.of());
  }

  static Response of(EventSource source) {
    return new Response(200, EVENTS, new Events(source), Map.of("Cache-Control", "no-store"));
  }

  Response withHeader(String name, String value) {
    return new Response(status, contentType, body, Map.of(name, value));
  }

  boolean isLate() {
    return body instanceof Late;
  }

  /** Of the body, if that is made. */
  int length() {
    return body instanceof Bytes whole ? whole.bytes().length : 0;
  }

  /** The same with its bytes made. */
  Response made() {
    return body instanceof Late late
        ? new Response(status, contentType, new Bytes(late.bytes().get()), headers)
        : this;
  }
}
