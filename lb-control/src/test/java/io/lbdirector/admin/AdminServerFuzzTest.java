package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients as they should not be. Whatever they do, others are served, and nothing is left. */
@Timeout(120)
class AdminServerFuzzTest {
  private static final int REQUESTS = 10_000;
  private static final int THREADS = 8;
  private static final String[] TARGETS = {
    "/livez",
    "/readyz",
    "/v1/status",
    "/v1/tables",
    "/v1/tables/web",
    "/v1/backends",
    "/v1/counters",
    "/v1/health",
    "/v1/bpf",
    "/v1/openapi.json",
    "/v1/nothing",
    "/v1/events",
    "/v1/tables/web/backends/10.0.1.12/outcomes",
    "/v1/status?x=1",
    "/v1/events?after=x",
    "*"
  };
  private static final String[] POSTS = {
    "/v1/reload",
    "/v1/reload?dry_run=true",
    "/v1/rollback",
    "/v1/confirm",
    "/v1/tables/web/backends/10.0.1.12/state",
    "/v1/status"
  };

  @TempDir Path folder;
  private final FakeDirector director = new FakeDirector();
  private AdminServer server;
  private long socketsBefore;

  @BeforeEach
  void start() throws Exception {
    Limits limits =
        new Limits(
            Duration.ofMillis(500),
            Duration.ofMillis(500),
            256,
            1 << 20,
            64 << 20,
            192,
            64,
            Duration.ofMillis(50));
    server = AdminServer.start(folder.resolve("s"), Optional.empty(), director, limits);
    assertServes();
    await(() -> server.connections() == 0);
    socketsBefore = sockets();
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private RawClient connect() throws IOException {
    return new RawClient(server.socket());
  }

  private void assertServes() throws IOException {
    try (RawClient client = connect()) {
      assertEquals(200, client.get("/livez").read().status());
      assertEquals(200, client.get("/v1/status").read().status());
    }
  }

  private void assertNothingIsLeft() throws Exception {
    assertServes();
    await(() -> server.connections() == 0 && director.listeners() == 0);
    await(() -> sockets() <= socketsBefore);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; !condition.getAsBoolean(); i++) {
      assertTrue(i < 3_000, "in 30 s");
      Thread.sleep(10);
    }
  }

  /** Open in this process, which is client and server. */
  private static long sockets() {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.filter(AdminServerFuzzTest::isSocket).count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isSocket(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString().startsWith("socket:");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  @Test
  void shouldServeOthersWhileHundredsSendHalfARequest() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 240; i++) {
        RawClient client = connect();
        clients.add(client);
        client.send(i % 3 == 0 ? "" : "POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Len");
      }
      assertServes();
      for (int i = 0; i < clients.size(); i++) {
        String answer = clients.get(i).readAll();
        assertEquals(i % 3 == 0, answer.isEmpty(), answer);
        assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 408 "), answer);
      }
    } finally {
      close(clients);
    }
    assertNothingIsLeft();
  }

  @Test
  void shouldServeOthersWhileHundredsDoNotReadTheirAnswers() throws Exception {
    director.statusAnswer =
        CompletableFuture.completedFuture(FakeDirector.status(List.of("w".repeat(1 << 20))));
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 240; i++) {
        clients.add(connect().get("/v1/status").get("/v1/tables"));
      }
      try (RawClient other = connect()) {
        assertEquals(200, other.get("/livez").read().status());
        assertEquals(200, other.get("/v1/tables").read().status());
      }
      await(() -> server.connections() == 0); // all are let go, while they hold on
    } finally {
      close(clients);
    }
    assertNothingIsLeft();
  }

  private static void close(List<RawClient> clients) throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
  }

  @Test
  void shouldOutliveAnyClient() throws Exception {
    long seed = System.nanoTime();
    System.out.println("AdminServerFuzzTest seed " + seed);
    AtomicInteger asked = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(seed + i);
        clients.add(
            threads.submit(
                () -> {
                  while (asked.get() < REQUESTS) {
                    asked.addAndGet(misbehave(random));
                    if (random.nextInt(20) == 0) {
                      director.tell("state", text(random, 2_000));
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> client : clients) {
        client.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertTrue(asked.get() >= REQUESTS, asked + " requests");
    assertNothingIsLeft();
  }

  /** One connection; returns how many requests it sent, right or wrong. */
  private int misbehave(Random random) throws IOException {
    int count = 1 + random.nextInt(12);
    try (RawClient client = connect()) {
      StringBuilder talk = new StringBuilder();
      for (int i = 0; i < count; i++) {
        talk.append(request(random));
      }
      try {
        client.send(cut(random, talk.toString()));
        hear(random, client);
      } catch (IOException e) {
        // The server has had enough of it.
      }
    }
    return count;
  }

  private static void hear(Random random, RawClient client) throws IOException {
    String answers =
        switch (random.nextInt(4)) {
          case 0 -> ""; // gone before any answer
          case 1 -> client.readSome(random.nextInt(3_000)); // gone amid an answer
          case 2 -> client.endOutput().readAll();
          default -> client.readSome(1) + client.readSome(1 << 20);
        };
    assertFalse(answers.contains("HTTP/1.1 500 "), answers);
  }

  private static String request(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> text(random, 200);
      case 1 -> text(random, 20_000);
      case 2 -> "GET " + any(random, TARGETS) + " HTTP/1.1\r\n" + headers(random) + "\r\n";
      case 3 -> mutated(random, get(random));
      case 4 -> mutated(random, post(random));
      case 5, 6 -> post(random);
      case 7 ->
          "POST /v1/reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              + chunks(random);
      default -> get(random);
    };
  }

  private static String get(Random random) {
    String method = random.nextInt(5) == 0 ? "HEAD" : "GET";
    return method
        + " "
        + any(random, TARGETS)
        + " HTTP/1."
        + (random.nextInt(9) > 0 ? 1 : 0)
        + "\r\nHost: x\r\n\r\n";
  }

  private static String post(Random random) {
    String body = random.nextInt(3) == 0 ? "{\"state\": \"draining\"}" : text(random, 5_000);
    int length = random.nextInt(5) == 0 ? random.nextInt(3_000_000) : body.length();
    String expect = random.nextInt(5) == 0 ? "Expect: 100-continue\r\n" : "";
    return "POST "
        + any(random, POSTS)
        + " HTTP/1.1\r\nHost: x\r\n"
        + expect
        + "Content-Length: "
        + length
        + "\r\n\r\n"
        + body;
  }

  private static String headers(Random random) {
    StringBuilder headers = new StringBuilder("Host: x\r\n");
    for (int i = random.nextInt(300); i > 0; i--) {
      headers.append("H").append(i).append(": ").append("x".repeat(random.nextInt(100)));
      headers.append("\r\n");
    }
    return headers.toString();
  }

  private static String chunks(Random random) {
    StringBuilder chunks = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      String data = text(random, 500);
      int size = random.nextInt(5) == 0 ? random.nextInt() : data.length();
      chunks.append(Integer.toHexString(size)).append("\r\n").append(data).append("\r\n");
    }
    return chunks + (random.nextBoolean() ? "0\r\n\r\n" : "");
  }

  private static String mutated(Random random, String right) {
    StringBuilder wrong = new StringBuilder(right);
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      wrong.setCharAt(random.nextInt(wrong.length()), (char) random.nextInt(256));
    }
    return wrong.toString();
  }

  private static String cut(Random random, String whole) {
    return random.nextInt(3) == 0 ? whole.substring(0, random.nextInt(whole.length() + 1)) : whole;
  }

  private static String text(Random random, int most) {
    byte[] bytes = new byte[random.nextInt(most)];
    random.nextBytes(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String any(Random random, String[] choices) {
    return choices[random.nextInt(choices.length)];
  }
}
