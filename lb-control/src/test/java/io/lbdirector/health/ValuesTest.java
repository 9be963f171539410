package io.lbdirector.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small ones: words, limits, specs and errors. */
final class ValuesTest {
  @ParameterizedTest
  @CsvSource({"PT1S, 1 s", "PT60S, 60 s", "PT0.5S, 500 ms", "PT1.5S, 1500 ms", "PT0.01S, 10 ms"})
  void shouldWordALimit(Duration limit, String words) {
    assertEquals(words, Words.of(limit));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.1 ms",
    "40000, 0.1 ms",
    "420000, 0.4 ms",
    "949999, 0.9 ms",
    "950000, 1 ms",
    "3400000, 3 ms",
    "1234567890, 1235 ms",
  })
  void shouldWordATimeTaken(long nanos, String words) {
    assertEquals(words, Words.took(Duration.ofNanos(nanos)));
  }

  @Test
  void shouldCutALongQuote() {
    assertEquals("\"ok\"", Words.quoted("ok"));
    assertEquals("\"" + "x".repeat(60) + "\"", Words.quoted("x".repeat(60)));
    assertEquals("\"" + "x".repeat(59) + "…\"", Words.quoted("x".repeat(61)));
  }

  @ParameterizedTest
  @CsvSource({
    "Max open files  1024  4096  files,      256",
    "Max open files  2     4096  files,      1",
    "Max open files  1048576 1048576 files,  1024",
    "Max open files  unlimited unlimited files, 1024",
    "Max processes   4 4 processes,          1024",
  })
  void shouldTakeAQuarterOfTheOpenFilesAtMost(String line, int atOnce) {
    Limits limits = Limits.DEFAULT.within(List.of("Limit  Soft Limit  Hard Limit  Units", line));
    assertEquals(atOnce, limits.atOnce());
    assertEquals(Limits.DEFAULT.stallTolerance(), limits.stallTolerance());
  }

  @Test
  void shouldReadTheLimitsOfThisProcess() {
    int atOnce = Limits.ofThisProcess().atOnce();
    assertTrue(atOnce > 1 && atOnce <= 1024, atOnce + " at once");
  }

  @Test
  void shouldRefuseSpecsThatCannotBeChecked() {
    assertRefused("a check of type HTTP needs a port", CheckSpec.Type.HTTP);
    assertRefused("a check of type TCP needs a port", CheckSpec.Type.TCP);
    assertRefused("a check of type TUNNEL needs a VIP", CheckSpec.Type.TUNNEL);
    assertIllegal("path does not begin with /", Check.http(80).path("healthz"));
    assertIllegal("path or host is not printable", Check.http(80).path("/ HTTP/1.1\r\nA: b"));
    assertIllegal("path or host is not printable", Check.http(80).host("a\r\nb"));
    assertIllegal("interval or timeout is not above 0", Check.http(80).every(Duration.ZERO));
    assertIllegal("interval or timeout is not above 0", Check.http(80).within(Duration.ZERO));
    assertIllegal("rise or fall is not above 0", Check.http(80).verdictAfter(0, 1));
    assertIllegal("rise or fall is not above 0", Check.http(80).verdictAfter(1, 0));
  }

  private static void assertRefused(String why, CheckSpec.Type type) {
    CheckSpec good = Check.http(80).here().check();
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new CheckSpec(
                    type,
                    Optional.empty(),
                    OptionalInt.empty(),
                    good.path(),
                    good.host(),
                    good.status(),
                    good.body(),
                    good.interval(),
                    good.timeout(),
                    good.rise(),
                    good.fall()));
    assertEquals(why, refused.getMessage());
  }

  private static void assertIllegal(String why, Check check) {
    assertEquals(why, assertThrows(IllegalArgumentException.class, check::here).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "111, BAD,  connection refused",
    "104, BAD,  connection reset",
    "110, BAD,  connection timed out",
    "71,  BAD,  Protocol error",
    "24,  NONE, not checked: Too many open files",
    "99,  NONE, not checked: Cannot assign requested address",
    "13,  NONE, not checked: Permission denied",
    "1,   NONE, not checked: Operation not permitted",
  })
  void shouldTellWhoseFaultAnErrorIs(int errno, Result.Kind kind, String words) {
    Epoll.ensureAvailability();
    String text = Errors.newIOException("connect", -errno).getMessage();
    Result expected = new Result(kind, words, Optional.empty());
    assertEquals(expected, SocketErrors.result(new ConnectException(text)));
    String annotated = text + ": /[2001:db8:0:0:0:0:0:1]:80";
    assertEquals(expected, SocketErrors.result(new ConnectException(annotated)));
  }

  @Test
  void shouldWordErrorsWithoutANumber() {
    assertEquals(Result.bad("no route to host"), SocketErrors.result(new NoRouteToHostException()));
    assertEquals(Result.bad("odd"), SocketErrors.result(new IOException("odd")));
    assertEquals(
        Result.none("no tunnel here"),
        SocketErrors.result(new IllegalStateException("no tunnel here")));
  }

  @Test
  void shouldBlameThisMachineIfASocketCannotBeOpened() {
    Epoll.ensureAvailability();
    IOException full = Errors.newIOException("newSocketStream", -24);
    assertEquals(Result.none("Too many open files"), SocketErrors.own(new ChannelException(full)));
  }
}
