package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lbdirector.director.DirectorControl.StartingException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EventStreamTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final int WAITING = 64;

  @TempDir Path folder;
  private final FakeDirector director = new FakeDirector();
  private AdminServer server;

  @BeforeEach
  void start() throws IOException {
    start(LONG, LONG);
  }

  private void start(Duration request, Duration heartbeat) throws IOException {
    stop();
    Limits limits = new Limits(request, LONG, 220, 1 << 20, 1 << 20, 200, WAITING, heartbeat);
    server = AdminServer.start(folder.resolve("admin.sock"), Optional.empty(), director, limits);
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private RawClient listen(String target, String headers) throws IOException {
    RawClient client = new RawClient(server.socket());
    client.send("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    String head = client.readHead();
    assertTrue(head.startsWith("HTTP/1.1 200 OK\r\n"), head);
    assertTrue(head.contains("content-type: text/event-stream\r\n"), head);
    return client;
  }

  private RawClient listen() throws IOException {
    return listen("/v1/events", "");
  }

  /** Awaits what another thread of this process is about to do. */
  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; !condition.getAsBoolean(); i++) {
      assertTrue(i < 3_000, "in 30 s");
      Thread.sleep(10);
    }
  }

  private static List<String> ids(RawClient client, int count) throws IOException {
    List<String> ids = new ArrayList<>();
    while (ids.size() < count) {
      String line = client.readChunkedLine();
      if (line.startsWith("id: ")) {
        ids.add(line.substring(4));
      }
    }
    return ids;
  }

  @Test
  void shouldTellEventsAsTheyHappen() throws Exception {
    try (RawClient client = listen()) {
      await(() -> director.listeners() == 1);
      director.tell("generation", "generation 8 is live\nand \u00fc");
      assertEquals("id: 1", client.readChunkedLine());
      assertEquals("event: generation", client.readChunkedLine());
      String data = client.readChunkedLine();
      assertTrue(data.startsWith("data: "), data);
      assertEquals("", client.readChunkedLine());
      JsonObject event = JsonParser.parseString(data.substring(6)).getAsJsonObject();
      assertEquals(List.of("id", "at", "type", "message", "details"), List.copyOf(event.keySet()));
      assertEquals("generation 8 is live\nand \u00fc", event.get("message").getAsString());
      assertEquals(1, event.getAsJsonObject("details").get("generation").getAsLong());
      director.tell("state", "x");
      assertEquals("id: 2", client.readChunkedLine());
    }
  }

  @Test
  void shouldTellAgainWhatFollowsTheLastEventThatIsKnown() throws Exception {
    for (int i = 1; i <= 5; i++) {
      director.tell("state", "event " + i);
    }
    try (RawClient all = listen();
        RawClient some = listen("/v1/events?after=3", "");
        RawClient back = listen("/v1/events?after=3", "Last-Event-ID: 4\r\n")) {
      await(() -> director.listeners() == 3);
      director.tell("state", "event 6");
      assertEquals(List.of("1", "2", "3", "4", "5", "6"), ids(all, 6));
      assertEquals(List.of("4", "5", "6"), ids(some, 3));
      assertEquals(List.of("5", "6"), ids(back, 2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "x", "", "1.0", "9999999999999999999"})
  void shouldRefuseWhatIsNoId(String id) throws Exception {
    for (String request :
        List.of(
            "GET /v1/events?after=" + id + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /v1/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: " + id + "\r\n\r\n")) {
      try (RawClient client = new RawClient(server.socket())) {
        assertEquals(400, client.send(request).read().status());
      }
    }
    assertEquals(0, director.listeners());
  }

  @Test
  void shouldAnswerHeadWithoutListening() throws Exception {
    try (RawClient client = new RawClient(server.socket())) {
      client.send("HEAD /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
      String head = client.readHead();
      assertTrue(head.startsWith("HTTP/1.1 200 OK\r\n"), head);
      assertTrue(head.contains("content-type: text/event-stream\r\n"), head);
      assertFalse(head.contains("content-length"), head);
      assertEquals(200, client.get("/livez").read().status()); // on the same connection
      assertEquals(0, director.listeners());
    }
  }

  @Test
  void shouldTellClientsOfHttp10WithoutChunks() throws Exception {
    director.tell("state", "x");
    try (RawClient client = new RawClient(server.socket())) {
      client.send("GET /v1/events HTTP/1.0\r\n\r\n");
      assertFalse(client.readHead().contains("chunked"));
      assertEquals("id: 1", client.readLine());
    }
  }

  @Test
  void shouldBeatWhileNothingHappensAndOutliveTheRequestTimeout() throws Exception {
    start(SHORT, SHORT);
    try (RawClient client = listen();
        RawClient silent = new RawClient(server.socket())) {
      assertEquals("", silent.readAll()); // the time of a request is over
      for (int i = 0; i < 20; i++) {
        assertEquals(":", client.readChunkedLine());
        assertEquals("", client.readChunkedLine());
      }
      director.tell("state", "x");
      assertEquals(List.of("1"), ids(client, 1));
    }
  }

  @Test
  void shouldForgetClientThatWentAway() throws Exception {
    try (RawClient client = listen()) {
      await(() -> director.listeners() == 1);
    }
    await(() -> director.listeners() == 0); // before any event, and any heartbeat
    await(() -> server.connections() == 0);
  }

  @Test
  void shouldNotStreamToClientThatHasEndedItsOutput() throws Exception {
    try (RawClient client = new RawClient(server.socket())) {
      client.get("/livez").get("/v1/events").endOutput();
      assertEquals(200, client.read().status());
      client.readHead();
      assertEquals("the end", client.readChunkedLine());
      assertEquals("", client.readAll());
    }
    try (RawClient client = listen()) {
      await(() -> director.listeners() == 1);
      client.endOutput();
      assertEquals("the end", client.readChunkedLine());
    }
    await(() -> director.listeners() == 0);
  }

  @Test
  void shouldServeManyStreamsAndTurnAwayOneMore() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        clients.add(listen());
      }
      await(() -> director.listeners() == 200);
      try (RawClient more = new RawClient(server.socket())) {
        HttpReply reply = more.get("/v1/events").read();
        assertEquals(503, reply.status());
        assertTrue(reply.text().contains("200 streams of events are open"), reply.text());
      }
      for (int i = 1; i <= 10; i++) {
        director.tell("state", "event " + i);
      }
      for (RawClient client : clients) {
        assertEquals("10", ids(client, 10).get(9));
      }
      try (RawClient other = new RawClient(server.socket())) {
        assertEquals(200, other.get("/v1/status").read().status());
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
    await(() -> director.listeners() == 0 && server.connections() == 0);
  }

  /** Tells more than the socket and the queue hold, to a client that reads nothing meanwhile. */
  private void tellTooMuch() throws Exception {
    String message = "m".repeat(10_000);
    for (int i = 0; i < 10 * WAITING; i++) {
      director.tell("state", message);
    }
  }

  @Test
  void shouldTellSlowClientThatItFellBehindAndLetItComeBack() throws Exception {
    List<String> got = new ArrayList<>();
    try (RawClient slow = listen()) {
      await(() -> director.listeners() == 1);
      tellTooMuch();
      String line = slow.readChunkedLine();
      while (!line.equals("event: overflow")) {
        if (line.startsWith("id: ")) {
          got.add(line.substring(4));
        }
        line = slow.readChunkedLine();
      }
      String data = slow.readChunkedLine();
      assertTrue(data.startsWith("data: {"), data);
      JsonObject overflow = JsonParser.parseString(data.substring(6)).getAsJsonObject();
      assertEquals(got.get(got.size() - 1), overflow.get("after").getAsString());
      assertTrue(overflow.get("message").getAsString().contains("too slowly"), data);
      assertEquals("", slow.readChunkedLine());
      assertEquals("the end", slow.readChunkedLine());
      assertTrue(got.size() >= WAITING && got.size() < 10 * WAITING, got.size() + " events");
    }
    for (int i = 0; i < got.size(); i++) {
      assertEquals(Integer.toString(i + 1), got.get(i));
    }
    String last = got.get(got.size() - 1);
    try (RawClient again = listen("/v1/events?after=" + last, "")) {
      assertEquals(Long.toString(Long.parseLong(last) + 1), ids(again, 1).get(0));
    }
  }

  @Test
  void shouldLetGoOfClientThatReadsNothing() throws Exception {
    start(SHORT, LONG);
    try (RawClient stuck = listen()) {
      await(() -> director.listeners() == 1);
      tellTooMuch();
      await(() -> director.listeners() == 0 && server.connections() == 0);
    }
  }

  @Test
  void shouldEndStreamsWhenTheServerCloses() throws Exception {
    try (RawClient client = listen()) {
      await(() -> director.listeners() == 1);
      director.tell("state", "x");
      server.close();
      assertEquals(List.of("1"), ids(client, 1));
      String line = client.readChunkedLine();
      while (!line.equals("the end")) {
        line = client.readChunkedLine();
      }
      assertEquals("", client.readAll());
      assertEquals(0, director.listeners());
    }
  }

  @Test
  void shouldAnswerAsOthersIfTheDirectorHasNoEventsYet() throws Exception {
    director.eventsFailure = new StartingException();
    try (RawClient client = new RawClient(server.socket())) {
      assertEquals(503, client.get("/v1/events").read().status());
      director.eventsFailure = null;
      assertEquals(200, client.get("/v1/status").read().status());
    }
  }
}
