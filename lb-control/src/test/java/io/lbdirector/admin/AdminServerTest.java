package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lbdirector.director.DirectorControl.NotFoundException;
import io.lbdirector.director.DirectorControl.ProblemReport;
import io.lbdirector.director.DirectorControl.Readiness;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.StartingException;
import io.lbdirector.director.DirectorControl.StatusReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AdminServerTest {
  private static final Limits PATIENT = limits(Duration.ofSeconds(60), Duration.ofSeconds(5), 256);
  private static final Limits HASTY = limits(Duration.ofMillis(200), Duration.ofMillis(200), 4);

  private static Limits limits(Duration request, Duration linger, int connections) {
    return new Limits(
        request, linger, connections, 1 << 20, 16 << 20, 4, 16, Duration.ofSeconds(60));
  }

  @TempDir Path folder;
  private final FakeDirector director = new FakeDirector();
  private AdminServer server;

  @BeforeEach
  void start() throws IOException {
    start(PATIENT);
  }

  private void start(Limits limits) throws IOException {
    stop();
    server = AdminServer.start(folder.resolve("admin.sock"), Optional.empty(), director, limits);
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private RawClient connect() throws IOException {
    return new RawClient(server.socket());
  }

  private HttpReply ask(String text) throws IOException {
    try (RawClient client = connect()) {
      return client.send(text).read();
    }
  }

  private HttpReply get(String target) throws IOException {
    return ask("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }

  private HttpReply post(String target, String headers, String body) throws IOException {
    String length = "Content-Length: " + body.length() + "\r\n";
    return ask("POST " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + length + "\r\n" + body);
  }

  private static JsonObject json(HttpReply reply) {
    return JsonParser.parseString(reply.text()).getAsJsonObject();
  }

  private static String detail(HttpReply reply) {
    JsonObject problem = json(reply);
    assertEquals(reply.status(), problem.get("status").getAsInt());
    assertTrue(problem.has("type") && problem.has("title"), reply.text());
    return problem.get("detail").getAsString();
  }

  @Test
  void shouldAnswerStatusInSnakeCase() throws IOException {
    HttpReply reply = get("/v1/status");
    assertEquals(200, reply.status());
    JsonObject status = json(reply);
    assertEquals(7, status.get("generation").getAsInt());
    assertEquals("2026-01-02T03:04:06Z", status.get("published_at").getAsString());
    JsonObject eth0 = status.getAsJsonArray("interfaces").get(0).getAsJsonObject();
    assertEquals("02:00:00:00:00:01", eth0.get("gateway_mac").getAsString());
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/tables,      [0-9a-f]{64}",
    "/v1/tables/web,  \"hash_fields\":\\[\"src_addr\"",
    "/v1/backends,    \"index\":1",
    "/v1/counters,    \"drop_no_row\":\\{\"packets\":3",
    "/livez,          \"live\":true",
    "/readyz,         \"reason\":\"forwarding\"",
  })
  void shouldAnswerEachRoute(String target, String expected) throws IOException {
    HttpReply reply = get(target);
    assertEquals(200, reply.status());
    assertTrue(reply.text().matches("(?s).*" + expected + ".*"), reply.text());
  }

  @ParameterizedTest
  @CsvSource({
    "draining, DRAINING",
    "inactive, INACTIVE",
    "active,   ACTIVE",
    "file,     FILE",
  })
  void shouldSetTheStateOfABackend(String text, String asked) throws IOException {
    HttpReply reply =
        post("/v1/tables/a%2Fb/backends/10.0.1.12/state", "", "{\"state\": \"" + text + "\"}");
    assertEquals(200, reply.status(), reply.text());
    assertEquals("active", json(reply).get("file_state").getAsString());
    assertEquals("a/b 10.0.1.12 " + asked + " root", director.stateAsked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "draining",
        "{",
        "[]",
        "null",
        "\"draining\"",
        "{}",
        "{\"state\": null}",
        "{\"state\": 1}",
        "{\"state\": [\"draining\"]}",
        "{\"state\": \"full\"}",
        "{\"state\": \"DRAINING\"}",
        "{\"state\": \"draining\", \"wait\": true}",
        "{\"state\": \"draining\"} x",
      })
  void shouldSetNoStateForABodyItDoesNotKnow(String body) throws IOException {
    HttpReply reply = post("/v1/tables/web/backends/10.0.1.12/state", "", body);
    assertEquals(400, reply.status(), reply.text());
    assertTrue(detail(reply).contains("{\"state\": \"draining\"}"), reply.text());
    assertEquals(null, director.stateAsked);
  }

  @Test
  void shouldSetNoStateOfWhatIsNotThere() throws IOException {
    HttpReply reply = post("/v1/tables/web/backends/10.0.1/state", "", "{\"state\": \"file\"}");
    assertEquals(400, reply.status());
    assertTrue(detail(reply).contains("10.0.1"), reply.text());
    director.stateAnswer =
        CompletableFuture.failedFuture(new NotFoundException("no table is named \"wbe\""));
    reply = post("/v1/tables/wbe/backends/10.0.1.12/state", "", "{\"state\": \"file\"}");
    assertEquals(404, reply.status());
    assertEquals("no table is named \"wbe\"", detail(reply));
  }

  @Test
  void shouldBeUnreadyWithReason() throws IOException {
    director.readiness = new Readiness(false, "no gateway MAC on eth0");
    HttpReply reply = get("/readyz");
    assertEquals(503, reply.status());
    assertEquals("no gateway MAC on eth0", json(reply).get("reason").getAsString());
    assertEquals(200, get("/livez").status());
  }

  @Test
  void shouldDecodeTableNameOnce() throws IOException {
    assertEquals(200, get("/v1/tables/w%65b").status());
    assertEquals(
        "no table is named \"a/b+c\"; GET /v1/tables lists them",
        detail(get("/v1/tables/a%2Fb+c")));
  }

  @Test
  void shouldListRoutesForUnknownPath() throws IOException {
    HttpReply reply = get("/v2/status");
    assertEquals(404, reply.status());
    assertTrue(detail(reply).startsWith("there is no /v2/status"), reply.text());
    assertTrue(
        json(reply).get("routes").toString().contains("\"POST /v1/reload?confirm&dry_run&name\""));
    assertEquals(404, get("/v1/tables/").status());
    assertEquals(404, get("/").status());
  }

  @Test
  void shouldNameAllowedMethods() throws IOException {
    try (RawClient client = connect()) {
      String answer =
          client
              .send("DELETE /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
              .readAll();
      assertTrue(answer.startsWith("HTTP/1.1 405 "), answer);
      assertTrue(answer.toLowerCase().contains("\r\nallow: get, head\r\n"), answer);
      assertTrue(answer.contains("application/problem+json"), answer);
    }
    assertEquals("/v1/reload takes POST, not GET", detail(get("/v1/reload")));
  }

  @Test
  void shouldAnswerHeadWithoutBody() throws IOException {
    try (RawClient client = connect()) {
      String answer =
          client.send("HEAD /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").readAll();
      assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
      assertTrue(answer.endsWith("\r\n\r\n"), answer);
      assertFalse(answer.contains("content-length: 0"), answer);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NONSENSE\r\n\r\n",
        "GET /livez HTTP/1.1\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /livez?verbose=1 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/tables/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET livez HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\n",
        "POST /v1/reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
        "POST /v1/reload?name=a&name=b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        "POST /v1/reload?name=a%0Ab HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
      })
  void shouldRefuseMalformedRequest(String text) throws IOException {
    HttpReply reply = ask(text);
    assertEquals(400, reply.status(), reply.text());
    assertFalse(detail(reply).isEmpty());
    assertEquals(null, director.reloadedToml);
  }

  @Test
  void shouldRefuseTooLongHeadAndOtherVersions() throws IOException {
    String x = "x".repeat(9000);
    assertEquals(431, ask("GET /livez HTTP/1.1\r\nHost: x\r\nA: " + x + "\r\n\r\n").status());
    assertEquals(414, get("/" + x).status());
    assertEquals(505, ask("GET /livez HTTP/3.0\r\nHost: x\r\n\r\n").status());
  }

  @Test
  void shouldReloadBodyUnderItsName() throws IOException {
    HttpReply reply = post("/v1/reload?name=a%20b.toml", "", "[director]\n");
    assertEquals(200, reply.status());
    assertEquals("[director]\n", director.reloadedToml);
    assertEquals("a b.toml", director.reloadedName);
    assertEquals(21_845, json(reply).get("rows_moved").getAsInt());

    post("/v1/reload", "x-config-name: c.toml\r\n", "");
    assertEquals("c.toml", director.reloadedName);
    post("/v1/reload", "", "");
    assertEquals("request body", director.reloadedName);
  }

  @Test
  void shouldListProblemsOfBadFile() throws IOException {
    ProblemReport problem = new ProblemReport(31, "table[0].bind[2].port", "f.toml:31: too big");
    director.reloadAnswer =
        CompletableFuture.failedFuture(
            new RefusedException("f.toml has 1 problem", List.of(problem), null));
    HttpReply reply = post("/v1/reload", "", "x");
    assertEquals(422, reply.status());
    assertEquals("f.toml has 1 problem", detail(reply));
    assertEquals(
        "[{\"line\":31,\"key\":\"table[0].bind[2].port\",\"message\":\"f.toml:31: too big\"}]",
        json(reply).get("problems").toString());
  }

  @Test
  void shouldTellKernelRefusalFromBadFileAndFromFailure() throws IOException {
    ProblemReport kernel = new ProblemReport(0, "", "load lb.bpf.o: EPERM (1)");
    director.reloadAnswer =
        CompletableFuture.failedFuture(
            new RefusedException("kernel", List.of(kernel), new IOException("EPERM")));
    assertEquals(409, post("/v1/reload", "", "x").status());
    director.reloadAnswer = CompletableFuture.failedFuture(new IllegalStateException("a bug"));
    HttpReply reply = post("/v1/reload", "", "x");
    assertEquals(500, reply.status());
    assertTrue(detail(reply).contains("a bug"), reply.text());
  }

  @Test
  void shouldAskToComeAgainWhileTheDirectorStarts() throws IOException {
    director.reloadAnswer = CompletableFuture.failedFuture(new StartingException());
    HttpReply reply = post("/v1/reload", "", "x");
    assertEquals(503, reply.status());
    assertEquals("lbd is starting; ask again in a moment", detail(reply));
  }

  @Test
  void shouldRefuseBodyAboveLimitWhileItIsStillSent() throws IOException {
    String big = "#".repeat(PATIENT.bodyBytes() + 1);
    HttpReply announced = post("/v1/reload", "", big);
    assertEquals(413, announced.status());
    assertTrue(detail(announced).contains("1048576"), announced.text());

    String chunk = "80000\r\n" + "#".repeat(0x80000) + "\r\n";
    String chunked = "POST /v1/reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertEquals(413, ask(chunked + chunk + chunk + chunk + "0\r\n\r\n").status());
    assertEquals(200, post("/v1/reload", "", big.substring(1)).status());
  }

  @Test
  void shouldNotLetTooBigBodyBegin() throws IOException {
    try (RawClient client = connect()) {
      client.send("POST /v1/reload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n");
      assertEquals(413, client.send("Content-Length: 9999999\r\n\r\n").read().status());
    }
    try (RawClient client = connect()) {
      client.send("POST /v1/reload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n");
      client.send("Connection: close\r\nContent-Length: 1\r\n\r\n#").endOutput();
      String answer = client.readAll();
      assertTrue(answer.startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), answer);
    }
  }

  @Test
  void shouldKeepConnectionAndOrder() throws IOException {
    try (RawClient client = connect()) {
      CompletableFuture<StatusReport> slow = new CompletableFuture<>();
      director.statusAnswer = slow;
      client.get("/livez");
      assertEquals(200, client.read().status());
      client.get("/v1/status").get("/v1/nothing").get("/livez"); // pipelined
      assertEquals(200, get("/livez").status()); // meanwhile, another client
      slow.complete(FakeDirector.status(List.of()));
      assertEquals(
          "[200, 404, 200]",
          List.of(client.read().status(), client.read().status(), client.read().status())
              .toString());
    }
  }

  @Test
  void shouldNotAnswerWhatFollowsATooBigBody() throws IOException {
    start(PATIENT.withBodyBytes(2));
    CompletableFuture<StatusReport> slow = new CompletableFuture<>();
    director.statusAnswer = slow;
    try (RawClient client = connect()) {
      client.send(
          "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"
              + "POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n###"
              + "GET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n");
      slow.complete(FakeDirector.status(List.of()));
      assertEquals(200, client.read().status());
      assertEquals(413, client.read().status());
      assertEquals("", client.readAll());
    }
  }

  @Test
  void shouldKeepOrderWhateverAClientExpects() throws IOException {
    CompletableFuture<StatusReport> slow = new CompletableFuture<>();
    director.statusAnswer = slow;
    String expecting = "POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: ";
    try (RawClient client = connect()) {
      client.send(
          "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"
              + expecting
              + "wonders\r\n\r\n#"
              + "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
      assertEquals(200, get("/livez").status()); // by now that has been read
      slow.complete(FakeDirector.status(List.of()));
      assertTrue(client.read().text().contains("generation"));
      assertEquals(200, client.read().status());
      assertTrue(client.read().text().contains("live"));
    }
  }

  @Test
  void shouldAnswerClientThatHasEndedItsOutput() throws IOException {
    try (RawClient client = connect()) {
      String answer = client.get("/livez").get("/v1/nothing").endOutput().readAll();
      assertEquals(2, answer.split("HTTP/1.1 ", -1).length - 1, answer);
    }
    try (RawClient client = connect()) {
      String answer = client.send("GET /livez HT").endOutput().readAll();
      assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 400 "), answer);
    }
    try (RawClient client = connect()) {
      assertEquals("", client.endOutput().readAll());
    }
  }

  @Test
  void shouldAnswerAtLengthWhoHasEndedItsOutput() throws IOException {
    String warning = "w".repeat(3 << 20); // more than a socket buffers
    director.statusAnswer =
        CompletableFuture.completedFuture(FakeDirector.status(List.of(warning)));
    try (RawClient client = connect()) {
      client.get("/v1/status").get("/livez").get("/v1/status").get("/v1/status").endOutput();
      assertTrue(client.read().text().contains(warning));
      assertEquals(200, client.read().status());
      assertTrue(client.read().text().contains(warning));
      assertTrue(client.read().text().contains(warning));
      assertEquals("", client.readAll());
    }
  }

  @Test
  void shouldTimeOutHalfSentRequestButServeOthers() throws IOException {
    start(HASTY);
    try (RawClient halfSent = connect();
        RawClient silent = connect()) {
      halfSent.send("GET /livez HTTP/1.1\r\nHo");
      assertEquals(200, get("/livez").status());
      assertEquals(408, halfSent.read().status());
      assertEquals("", halfSent.readAll());
      assertEquals("", silent.readAll());
    }
    assertEquals(200, get("/livez").status());
  }

  @Test
  void shouldNotCountTheDirectorsTimeAgainstTheClient() throws Exception {
    start(HASTY);
    CompletableFuture<StatusReport> slow = new CompletableFuture<>();
    director.statusAnswer = slow;
    try (RawClient waiting = connect();
        RawClient silent = connect()) {
      waiting.get("/v1/status");
      assertEquals("", silent.readAll()); // its time is over, so waiting's would be too
      slow.complete(FakeDirector.status(List.of()));
      assertEquals(200, waiting.read().status());
    }
  }

  @Test
  void shouldCloseOnClientThatDoesNotReadItsAnswer() throws IOException {
    String warning = "w".repeat(8 << 20); // more than a socket buffers
    director.statusAnswer =
        CompletableFuture.completedFuture(FakeDirector.status(List.of(warning)));
    start(HASTY);
    try (RawClient slow = connect();
        RawClient silent = connect()) {
      slow.get("/v1/status");
      assertEquals("", silent.readAll());
      assertEquals(200, get("/livez").status());
      start(PATIENT); // waits for no connection
      assertTrue(slow.readAll().length() < warning.length());
    }
  }

  @Test
  void shouldTurnAwayLongAnswersWhileTooManyAreNotTaken() throws Exception {
    String warning = "w".repeat(6 << 20);
    director.statusAnswer =
        CompletableFuture.completedFuture(FakeDirector.status(List.of(warning)));
    List<RawClient> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        slow.add(connect().get("/v1/status"));
        assertEquals(200, slow.get(i).head().status());
      }
      HttpReply third = get("/v1/status");
      assertEquals(503, third.status());
      assertTrue(detail(third).startsWith("too many long answers wait"), third.text());
      assertEquals(200, get("/livez").status());
      assertEquals(200, get("/v1/counters").status());
    } finally {
      for (RawClient client : slow) {
        client.close();
      }
    }
    while (get("/v1/status").status() == 503) {
      Thread.sleep(10); // the server has yet to see that they are gone
    }
    assertEquals(200, get("/v1/status").status());
  }

  /** A warning that is written once it may be, and notes on which thread. */
  private static final class LongWarning extends AbstractList<String> {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch may = new CountDownLatch(1);
    volatile String thread;

    @Override
    public String get(int index) {
      thread = Thread.currentThread().getName();
      begun.countDown();
      try {
        assertTrue(may.await(60, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return "at last";
    }

    @Override
    public int size() {
      return 1;
    }
  }

  @Test
  void shouldMakeLongAnswersWhereTheyHoldUpNobody() throws Exception {
    LongWarning warning = new LongWarning();
    CompletableFuture<StatusReport> answer = new CompletableFuture<>();
    director.statusAnswer = answer;
    try (RawClient waiting = connect().get("/v1/status")) {
      answer.complete(FakeDirector.status(warning)); // on our thread, which it does not hold up
      assertTrue(warning.begun.await(60, TimeUnit.SECONDS));
      assertTrue(warning.thread.startsWith("lb-admin-worker"), warning.thread);
      assertEquals(200, get("/livez").status());
      assertEquals(200, get("/readyz").status());
      try (RawClient listening = connect().get("/v1/events")) {
        assertEquals(200, listening.head().status());
        director.tell("state", "x");
        assertEquals("id: 1", listening.readChunkedLine());
      }
      warning.may.countDown();
      assertTrue(waiting.read().text().contains("\"warnings\":[\"at last\"]"));
    } finally {
      warning.may.countDown();
    }
  }

  @Test
  void shouldSayThatAnAnswerCannotBeMade() throws IOException {
    List<String> broken =
        new AbstractList<>() {
          @Override
          public String get(int index) {
            throw new IllegalStateException("a bug");
          }

          @Override
          public int size() {
            return 1;
          }
        };
    director.statusAnswer = CompletableFuture.completedFuture(FakeDirector.status(broken));
    HttpReply reply = get("/v1/status");
    assertEquals(500, reply.status());
    assertTrue(detail(reply).contains("a bug"), reply.text());
    assertEquals(200, get("/v1/counters").status());
  }

  @Test
  void shouldTurnAwayConnectionAboveLimit() throws IOException {
    start(limits(Duration.ofSeconds(60), Duration.ofSeconds(5), 4));
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        RawClient client = connect();
        clients.add(client);
        assertEquals(200, client.get("/livez").read().status());
      }
      HttpReply fifth = get("/livez");
      assertEquals(503, fifth.status());
      assertTrue(detail(fifth).startsWith("4 connections are open"), fifth.text());
      assertEquals(200, clients.get(0).get("/livez").read().status());
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void shouldServe200ClientsAtATime() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(200);
    try {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        answers.add(
            threads.submit(
                () -> {
                  try (RawClient client = connect()) {
                    int sum = 0;
                    for (int n = 0; n < 10; n++) {
                      sum += client.get("/v1/counters").read().status();
                    }
                    return sum;
                  }
                }));
      }
      for (Future<Integer> answer : answers) {
        assertEquals(2000, answer.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
