package io.lbdirector.admin;

import io.netty.handler.codec.http.HttpResponseStatus;

/** A request that is answered with an error, which it carries. */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Response response;

  ProblemException(HttpResponseStatus status, String detail) {
    this(detail, Response.of(HttpProblem.of(status, detail)));
  }

  /** The stack is of no use to anybody: the answer says it all. */
  ProblemException(String detail, Response response) {
    super(detail, null, false, false);
    this.response = response;
  }

  Response response() {
    return response;
  }
}
