package io.lbdirector.admin;

import io.lbdirector.director.DirectorControl.ProblemReport;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Optional;

/**
 * An error as its reader gets it.
 *
 * @param type what kind; {@code about:blank} where the status says it all
 * @param title of the kind
 * @param detail what is wrong with this very request, and what to do instead
 * @param problems all that is wrong with a config that was refused
 * @param routes what there is, for a reader who asked for what there is not
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457: problem details</a>
 */
record HttpProblem(
    String type,
    String title,
    int status,
    String detail,
    Optional<List<ProblemReport>> problems,
    Optional<List<String>> routes) {
  private static final String REFUSED = "urn:lb-director:problem:refused";

  static HttpProblem of(HttpResponseStatus status, String detail) {
    return plain(status, detail, Optional.empty());
  }

  static HttpProblem notFound(String detail, List<String> routes) {
    return plain(HttpResponseStatus.NOT_FOUND, detail, Optional.of(routes));
  }

  private static HttpProblem plain(
      HttpResponseStatus status, String detail, Optional<List<String>> routes) {
    return new HttpProblem(
        "about:blank", status.reasonPhrase(), status.code(), detail, Optional.empty(), routes);
  }

  /** A change that was refused: 422 if something in the file is to blame, else 409. */
  static HttpProblem refused(String detail, List<ProblemReport> problems) {
    boolean badFile = problems.stream().anyMatch(p -> p.line() > 0 || !p.key().isEmpty());
    HttpResponseStatus status =
        badFile ? HttpResponseStatus.UNPROCESSABLE_ENTITY : HttpResponseStatus.CONFLICT;
    return new HttpProblem(
        REFUSED,
        "Refused: nothing has changed",
        status.code(),
        detail,
        Optional.of(problems),
        Optional.empty());
  }
}
