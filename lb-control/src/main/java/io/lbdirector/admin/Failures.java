package io.lbdirector.admin;

import io.lbdirector.director.DirectorControl.NotFoundException;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.StartingException;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client is told when its question failed. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /** What nobody foresaw is logged, and answered 500. */
  static Response answer(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ProblemException problem) {
      return problem.response();
    }
    if (cause instanceof RefusedException refused) {
      return Response.of(HttpProblem.refused(refused.getMessage(), refused.problems()));
    }
    if (cause instanceof NotFoundException) {
      return problem(HttpResponseStatus.NOT_FOUND, cause.getMessage());
    }
    if (cause instanceof StartingException) {
      return problem(HttpResponseStatus.SERVICE_UNAVAILABLE, cause.getMessage());
    }
    LOG.error("admin request failed", cause);
    return problem(
        HttpResponseStatus.INTERNAL_SERVER_ERROR,
        "the daemon failed on this request, see its log: " + cause);
  }

  private static Response problem(HttpResponseStatus status, String detail) {
    return Response.of(HttpProblem.of(status, detail));
  }
}
