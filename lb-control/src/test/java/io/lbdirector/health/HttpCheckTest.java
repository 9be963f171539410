package io.lbdirector.health;

import static io.lbdirector.health.ScriptedServer.answer;
import static io.lbdirector.health.ScriptedServer.answerAndStay;
import static io.lbdirector.health.ScriptedServer.endless;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.health.ScriptedServer.Script;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of every kind, from real sockets. */
@Timeout(120)
final class HttpCheckTest {
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";
  private static final Duration SHORT = Duration.ofMillis(100);

  private final RunningChecker running = new RunningChecker();

  @AfterEach
  void close() {
    running.close();
  }

  private static Arguments row(
      String what, Script script, String result, Function<Check, Check> check) {
    return Arguments.argumentSet(what, script, result, check);
  }

  private static Arguments row(String what, Script script, String result) {
    return row(what, script, result, check -> check);
  }

  private static Function<Check, Check> body(String text) {
    return check -> check.body(text);
  }

  static Stream<Arguments> goodAnswers() {
    return Stream.of(
        row("empty body", answer(OK + "Content-Length: 0\r\n\r\n"), "200 in .* ms"),
        row("no body wanted", answerAndStay(OK + "Content-Length: 9\r\n\r\nhalf"), "200 in .* ms"),
        row("old version", answer("HTTP/1.0 200 OK\r\n\r\nok"), "200 in .* ms", body("ok")),
        row("no reason, bare line feeds", answer("HTTP/1.1 200\n\n"), "200 in .* ms"),
        row("a byte a packet", answer((OK + "\r\n").split("")), "200 in .* ms"),
        row(
            "another status",
            answer("HTTP/1.1 204 No Content\r\n\r\n"),
            "204 in .* ms",
            check -> check.status(200, 204)),
        row(
            "a redirect that is wanted",
            answer("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"),
            "302 in .* ms",
            check -> check.status(302)),
        row(
            "interim answer first",
            answer("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", OK + "\r\nok"),
            "200 in .* ms",
            body("ok")),
        row(
            "text over packets",
            answerAndStay(OK + "Content-Length: 99\r\n\r\nwe are o", "", "k", "!"),
            "200 in .* ms",
            body("are ok")),
        row(
            "text over chunks",
            answer(CHUNKED + "4\r\nwe a\r\n", "4\r\nre o\r\n", "1\r\nk\r\n", "0\r\n\r\n"),
            "200 in .* ms",
            body("are ok")),
        row("text at the end", answer(OK + "\r\n", "o", "k"), "200 in .* ms", body("ok")),
        row(
            "text at the limit",
            answerAndStay(OK + "\r\n" + "x".repeat((64 << 10) - 2) + "ok"),
            "200 in .* ms",
            body("ok")),
        row("text in UTF-8", answer(OK + "\r\nläuft"), "200 in .* ms", body("läuft")),
        row(
            "headers that just fit",
            answer(OK + "A: " + "x".repeat(8000) + "\r\nB: " + "y".repeat(8000) + "\r\n\r\n"),
            "200 in .* ms"));
  }

  static Stream<Arguments> badAnswers() {
    return Stream.of(
        row("error", answer("HTTP/1.1 503 Sorry\r\n\r\n"), "status 503, not 200"),
        row(
            "none of several",
            answer("HTTP/1.1 404 Not Found\r\n\r\n"),
            "status 404, not 200 or 204",
            check -> check.status(204, 200)),
        row(
            "redirect",
            answer("HTTP/1.1 301 Moved\r\nLocation: /healthz2\r\n\r\n"),
            "status 301, not 200"),
        row("switch", answer("HTTP/1.1 101 Switching\r\n\r\n"), "status 101, not 200"),
        row("closed at once", answer(), "closed without an answer"),
        row("reset", ScriptedServer.reset(), "connection reset"),
        row("half a line", answer("HTTP/1.1 20"), "the answer ended early"),
        row("half of the headers", answer(OK + "Server: x\r\n"), "the answer ended early"),
        row(
            "half of the body",
            answer(OK + "Content-Length: 9\r\n\r\nhalf"),
            "the answer ended early",
            body("ok")),
        row(
            "half of the chunks",
            answer(CHUNKED + "9\r\nhalf"),
            "the answer ended early",
            body("ok")),
        row("another protocol", answer("SSH-2.0-OpenSSH_9.2\r\n"), "an answer that is not HTTP"),
        row("its like", answer("ICY 200 OK\r\n\r\n"), "an answer that is not HTTP"),
        row("a page without headers", answer("<html>ok</html>\n"), "an answer that is not HTTP"),
        row("a bad status", answer("HTTP/1.1 OK 200\r\n\r\n"), "an answer that is not HTTP"),
        row(
            "a bad chunk",
            answer(CHUNKED + "what?\r\n\r\n"),
            "an answer that is not HTTP",
            body("ok")),
        row("a long line", answer("x".repeat(5000)), "an answer that is not HTTP"),
        row("endless line feeds", endless("", "\n".repeat(1000)), "an answer that is not HTTP"),
        row("huge headers", endless(OK, "A: b\r\n".repeat(100)), "headers above 16 KiB"),
        row("a huge header", answer(OK + "A: " + "x".repeat(17_000)), "headers above 16 KiB"),
        row(
            "another text",
            answer(OK + "Content-Length: 4\r\n\r\nfail"),
            "the answer does not contain \"ok\"",
            body("ok")),
        row(
            "another text, in chunks",
            answer(CHUNKED + "4\r\nfail\r\n0\r\n\r\n"),
            "the answer does not contain \"ok\"",
            body("ok")),
        row(
            "no body",
            answer("HTTP/1.1 204 No Content\r\n\r\n"),
            "the answer does not contain \"ok\"",
            check -> check.status(204).body("ok")),
        row(
            "an endless body",
            endless(OK + "\r\n", "x".repeat(1000)),
            "the first 64 KiB do not contain \"ok\"",
            body("ok")),
        row(
            "endless interim answers",
            endless("", "HTTP/1.1 100 Continue\r\n\r\n".repeat(50)),
            "an answer above 1024 KiB"));
  }

  /** What still misses when the time is over. */
  static Stream<Arguments> slowAnswers() {
    return Stream.of(
        row("silence", ScriptedServer.silence(), "connected, but no answer in 100 ms"),
        row("half a line", answerAndStay("HTTP/1.1 20"), "only half an answer in 100 ms"),
        row("half of the headers", answerAndStay(OK), "only half an answer in 100 ms"),
        row(
            "half of the body",
            answerAndStay(OK + "Content-Length: 9\r\n\r\nhalf"),
            "only half an answer in 100 ms",
            body("ok")),
        row(
            "interim answer only",
            answerAndStay("HTTP/1.1 100 Continue\r\n\r\n"),
            "only half an answer in 100 ms"));
  }

  @ParameterizedTest
  @MethodSource("goodAnswers")
  void shouldTakeAGoodAnswer(Script script, String result, Function<Check, Check> check)
      throws InterruptedException {
    assertResult(Health.UP, result, script, check);
  }

  @ParameterizedTest
  @MethodSource("badAnswers")
  void shouldSayWhatIsWrongWithAnAnswer(Script script, String result, Function<Check, Check> check)
      throws InterruptedException {
    assertResult(Health.DOWN, result, script, check);
  }

  @ParameterizedTest
  @MethodSource("slowAnswers")
  void shouldSayWhatIsMissing(Script script, String result, Function<Check, Check> check)
      throws InterruptedException {
    try (ScriptedServer server = ScriptedServer.here(script)) {
      Target target = check.apply(Check.http(server.port())).within(SHORT).here();
      running.check(target);
      running.await(target, known -> known.lastResult().equals(result));
      assertEquals(Health.DOWN, running.health(target).health());
    }
  }

  private void assertResult(
      Health health, String result, Script script, Function<Check, Check> check)
      throws InterruptedException {
    try (ScriptedServer server = ScriptedServer.here(script)) {
      Target target = check.apply(Check.http(server.port())).here();
      TargetHealth known = running.firstResult(target);
      assertTrue(known.lastResult().matches(result), known.toString());
      assertEquals(health, known.health());
      assertEquals(known.latency().isPresent(), health == Health.UP);
      running.check();
      Await.until(() -> server.open() == 0, () -> server.open() + " connections are open");
    }
  }

  @Test
  void shouldAskForThePathOfTheHost() throws InterruptedException {
    try (ScriptedServer server = ScriptedServer.here(answer(OK + "\r\n"))) {
      Check check = Check.http(server.port()).path("/up?deep=1").host("www.example.com");
      running.firstResult(check.here());
      assertEquals(
          List.of(
              "GET /up?deep=1 HTTP/1.1",
              "Host: www.example.com",
              "User-Agent: lb-director",
              "Accept: */*",
              "Connection: close"),
          Arrays.asList(server.requests.get(0).split("\r\n")));
    }
  }

  @Test
  void shouldNameTheBackendWithoutAHost() throws InterruptedException {
    try (ScriptedServer four = ScriptedServer.on(Check.LOOPBACK, answer(OK + "\r\n"));
        ScriptedServer six = ScriptedServer.on(Check.LOOPBACK6, answer(OK + "\r\n"))) {
      Target target4 = Check.http(four.port()).of(Check.LOOPBACK);
      Target target6 = Check.http(six.port()).of(Check.LOOPBACK6);
      running.check(target4, target6);
      running.await(target4, Health.UP);
      running.await(target6, Health.UP);
      assertTrue(four.requests.get(0).contains("\r\nHost: 127.0.0.1\r\n"), four.requests.get(0));
      assertTrue(six.requests.get(0).contains("\r\nHost: [::1]\r\n"), six.requests.get(0));
    }
  }

  @Test
  void shouldMakeAFreshConnectionForEachCheck() throws InterruptedException {
    try (ScriptedServer server =
        ScriptedServer.here(answerAndStay(OK + "Content-Length: 0\r\n\r\n"))) {
      Target target = Check.http(server.port()).here();
      running.check(target);
      TargetHealth known = running.await(target, health -> health.checks() >= 5);
      assertEquals(0, known.failures());
      assertTrue(server.requests.size() >= 5);
      assertTrue(server.open() <= 2, server.open() + " open");
    }
  }
}
