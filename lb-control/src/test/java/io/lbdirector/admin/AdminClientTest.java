package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AdminClientTest {
  @TempDir Path folder;

  private Path socket() {
    return folder.resolve("s");
  }

  /** What the client makes of an answer, bytes as they are. */
  private String outcome(String answer) throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket()));
      CompletableFuture<String> outcome = CompletableFuture.supplyAsync(this::ask);
      try (SocketChannel client = server.accept()) {
        client.read(ByteBuffer.allocate(4096));
        client.write(StandardCharsets.ISO_8859_1.encode(answer));
      }
      return outcome.join();
    }
  }

  private String ask() {
    try {
      return new AdminClient(socket()).get("/v1/x").toString();
    } catch (DaemonUnreachableException e) {
      return "unreachable: " + e.getMessage();
    } catch (DaemonRefusedException e) {
      return "refused " + e.status() + ": " + e.getMessage() + e.problems();
    }
  }

  @Test
  void shouldReadBodyByLengthAndByChunks() throws Exception {
    String ok = "HTTP/1.1 200 OK\r\n";
    assertEquals("{\"a\":1}", outcome(ok + "content-length:7\r\n\r\n{\"a\":1}"));
    Files.delete(socket());
    String chunks = "4\r\n{\"a\"\r\n3;x=y\r\n:1}\r\n0\r\nTrailer: t\r\n\r\n";
    assertEquals("{\"a\":1}", outcome(ok + "Transfer-Encoding: chunked\r\n\r\n" + chunks));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/1.1 200 OK\n\n{}",
        "HTTP/1.1 200 OK\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{\"a\"",
      })
  void shouldNotTakeOtherTalkForAnAnswer(String talk) throws Exception {
    String outcome = outcome(talk);
    assertTrue(outcome.startsWith("unreachable: what answers at " + socket()), outcome);
  }

  @Test
  void shouldSayWhenTheAnswerIsCutShort() throws Exception {
    String outcome = outcome("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}");
    assertTrue(outcome.contains("broke off: the answer ends after 2 of 9 bytes"), outcome);
  }

  @Test
  void shouldReadProblem() throws Exception {
    String problem = "{\"detail\":\"no\",\"problems\":[{\"message\":\"m1\"},{\"message\":\"m2\"}]}";
    String head = "HTTP/1.1 422 X\r\nContent-Length: " + problem.length() + "\r\n\r\n";
    assertEquals("refused 422: no[m1, m2]", outcome(head + problem));
    Files.delete(socket());
    assertEquals(
        "refused 502: the daemon answered HTTP status 502[]",
        outcome("HTTP/1.1 502 Bad\r\nContent-Length: 4\r\n\r\noops"));
  }

  @Test
  void shouldTellWhyThereIsNoConnection() throws IOException {
    assertTrue(ask().contains("no such socket; start lbd"), ask());
    try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      gone.bind(UnixDomainSocketAddress.of(socket()));
    }
    assertTrue(ask().contains("nobody listens there any more; start lbd"), ask());
  }

  @Test
  void shouldGiveUpOnSilentDaemon() throws IOException {
    try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(socket()));
      Duration soon = Duration.ofMillis(100);
      AdminClient client = new AdminClient(socket(), soon, soon, soon);
      DaemonUnreachableException late =
          assertThrows(
              DaemonUnreachableException.class, () -> client.post("/v1/reload", new byte[0]));
      assertTrue(late.getMessage().contains("within 100 ms"), late.getMessage());
    }
  }

  private static final String STREAM = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

  private static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  /** What the client hears of a stream, bytes as they are, and how it ends. */
  private String heard(String stream) throws Exception {
    List<String> heard = new ArrayList<>();
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket()));
      CompletableFuture<String> end = CompletableFuture.supplyAsync(() -> listen(heard));
      try (SocketChannel client = server.accept()) {
        client.read(ByteBuffer.allocate(4096));
        client.write(StandardCharsets.ISO_8859_1.encode(stream));
      }
      String how = end.join();
      return heard + " " + how;
    } finally {
      Files.delete(socket());
    }
  }

  private String listen(List<String> heard) {
    try {
      new AdminClient(socket())
          .events(
              0,
              event -> {
                heard.add(event.toString());
                return !event.toString().equals("\"enough\"");
              });
      return "enough";
    } catch (DaemonUnreachableException e) {
      return "unreachable: " + e.getMessage();
    } catch (DaemonRefusedException e) {
      return "refused " + e.status();
    }
  }

  @Test
  void shouldHearEventsHoweverTheyAreCut() throws Exception {
    String events =
        ":\n\nid: 1\nevent: a\ndata: {\"id\":1}\n\n:\n\ndata: \"enough\"\n\ndata: 3\n\n";
    assertEquals("[{\"id\":1}, \"enough\"] enough", heard(STREAM + chunk(events)));
    StringBuilder bytes = new StringBuilder(STREAM);
    for (String one : events.split("")) {
      bytes.append(chunk(one));
    }
    assertEquals("[{\"id\":1}, \"enough\"] enough", heard(bytes.toString()));
  }

  @Test
  void shouldSayHowAStreamEnded() throws Exception {
    String one = STREAM + chunk("event: a\ndata: 1\n\n");
    assertEnds(
        "[1] unreachable: the daemon at %s ended the stream: it was stopped", one + "0\r\n\r\n");
    assertEnds("[1] unreachable: the daemon at %s broke off: ", one);
    assertEnds("[1] unreachable: the daemon at %s broke off: ", one + "ff\r\ndata: 2");
    assertEnds(
        "[1] unreachable: the daemon at %s ended the stream: too slow",
        one + chunk("event: overflow\ndata: {\"message\":\"too slow\"}\n\n"));
    String other = "[1] unreachable: what answers at %s is not lbd, or not of this version: ";
    assertEnds(other, one + chunk("data: {\n\n"));
    assertEnds(other, one + chunk("event: overflow\ndata: []\n\n"));
    assertEnds(other, one + "xyz\r\n");
    assertEnds("[] refused 503", "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n");
    assertEnds(
        "[] unreachable: what answers at %s is not lbd",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  }

  private void assertEnds(String expected, String stream) throws Exception {
    String heard = heard(stream);
    assertTrue(heard.startsWith(expected.formatted(socket())), heard);
  }

  @Test
  void shouldGiveUpOnAStreamWithoutASignOfLife() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket()));
      Duration forEver = Duration.ofHours(1);
      AdminClient client = new AdminClient(socket(), forEver, forEver, Duration.ofMillis(100));
      CompletableFuture<String> end =
          CompletableFuture.supplyAsync(
              () ->
                  assertThrows(
                          DaemonUnreachableException.class, () -> client.events(0, event -> true))
                      .getMessage());
      try (SocketChannel silent = server.accept()) {
        silent.write(StandardCharsets.ISO_8859_1.encode(STREAM + chunk(":\n\n")));
        assertEquals(
            "the daemon at " + socket() + " says nothing any more; see its log", end.get());
      }
    }
  }

  @Test
  void shouldEncodeNamesForPaths() {
    assertEquals("a%20b%2F%C3%BC%2B", AdminClient.encode("a b/\u00fc+"));
  }
}
