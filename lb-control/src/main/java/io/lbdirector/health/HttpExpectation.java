package io.lbdirector.health;

import io.lbdirector.forwarding.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an HTTP check asks, and which answer is good. Made once for a target. */
final class HttpExpectation {
  private final CheckSpec check;
  private final Limits limits;
  private final byte[] request;
  private final String notGood;

  HttpExpectation(Target target, Limits limits) {
    this.check = target.check();
    this.limits = limits;
    this.request = request(target).getBytes(StandardCharsets.US_ASCII);
    this.notGood =
        check.status().stream()
            .sorted()
            .map(String::valueOf)
            .collect(Collectors.joining(" or ", ", not ", ""));
  }

  private static String request(Target target) {
    return "GET "
        + target.check().path()
        + " HTTP/1.1\r\nHost: "
        + target.check().host().orElse(literal(target.backend()))
        + "\r\nUser-Agent: lb-director\r\nAccept: */*\r\nConnection: close\r\n\r\n";
  }

  private static String literal(IpAddress address) {
    return address.isV4() ? address.toString() : "[" + address + "]";
  }

  /** The bytes to send; not to be changed. */
  byte[] request() {
    return request;
  }

  Limits limits() {
    return limits;
  }

  /** Empty: the body has to be looked at. */
  Optional<Result> weigh(int status) {
    if (!check.status().contains(status)) {
      return Optional.of(Result.bad("status " + status + notGood));
    }
    return check.body().isPresent() ? Optional.empty() : Optional.of(good(status));
  }

  BodySearch search() {
    return new BodySearch(check.body().orElseThrow(), limits.bodyBytes());
  }

  Result good(int status) {
    return Result.good(String.valueOf(status));
  }

  Result notFound(boolean wholeBody) {
    String text = Words.quoted(check.body().orElseThrow());
    return Result.bad(
        wholeBody
            ? "the answer does not contain " + text
            : "the first " + Words.size(limits.bodyBytes()) + " do not contain " + text);
  }
}
