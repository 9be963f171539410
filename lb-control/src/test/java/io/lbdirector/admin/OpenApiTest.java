package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.lbdirector.director.DirectorControl.NotFoundException;
import io.lbdirector.director.DirectorControl.ProblemReport;
import io.lbdirector.director.DirectorControl.Readiness;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.StartingException;
import io.lbdirector.director.DirectorControl.StateReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Holds docs/openapi.json to what the server does, and the other way round. */
@Timeout(60)
class OpenApiTest {
  private static final String FILE = "# a forwarding.toml";

  /** A request for every operation, answered 200. */
  private static final List<Asked> GOOD =
      List.of(
          get("/livez", "/livez"),
          get("/readyz", "/readyz"),
          get("/metrics", "/metrics"),
          get("/v1/status", "/v1/status"),
          get("/v1/tables", "/v1/tables"),
          get("/v1/tables/{name}", "/v1/tables/web"),
          get("/v1/backends", "/v1/backends"),
          get("/v1/health", "/v1/health"),
          get("/v1/bpf", "/v1/bpf"),
          get("/v1/counters", "/v1/counters"),
          get("/v1/openapi.json", "/v1/openapi.json"),
          get(
              "/v1/tables/{name}/backends/{ip}/outcomes",
              "/v1/tables/web/backends/10.0.1.12/outcomes"),
          post("/v1/reload", "/v1/reload?name=f.toml&confirm=60", FILE),
          post("/v1/reload", "/v1/reload?dry_run=true", FILE),
          post("/v1/rollback", "/v1/rollback", ""),
          post("/v1/confirm", "/v1/confirm", ""),
          post(
              "/v1/tables/{name}/backends/{ip}/state",
              "/v1/tables/web/backends/10.0.1.12/state",
              "{\"state\": \"filling\", \"share\": 35}"));

  /** Objects whose keys are names of things, so that any key is right. */
  private static final Pattern MAPS = Pattern.compile("/(verdicts|outcomes|details)$");

  @TempDir Path folder;
  private final FakeDirector director = new FakeDirector();
  private ApiDocument document;
  private AdminServer server;

  /**
   * @param path as the document has it
   * @param target as a client asks for it
   */
  private record Asked(String method, String path, String target, String body) {}

  private record Answered(int status, String type, JsonNode body) {}

  private static Asked get(String path, String target) {
    return new Asked("GET", path, target, "");
  }

  private static Asked post(String path, String target, String body) {
    return new Asked("POST", path, target, body);
  }

  @BeforeEach
  void serve() throws IOException {
    document = ApiDocument.read();
    director.stateAnswer = // with every key that there may be
        CompletableFuture.completedFuture(
            new StateReport(
                8, true, "web", "10.0.1.12", "filling", Optional.of(35), "active", 9, List.of()));
    server = AdminServer.start(folder.resolve("s"), Optional.empty(), director);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private Answered ask(Asked asked) throws IOException {
    try (RawClient client = new RawClient(server.socket())) {
      client.send(asked.method() + " " + asked.target() + " HTTP/1.1\r\nHost: x\r\n");
      client.send("Content-Length: " + asked.body().length() + "\r\n\r\n" + asked.body());
      HttpHead head = client.head();
      HttpReply reply = client.read(head);
      String type = head.headers().get("Content-Type");
      String text = reply.text();
      return new Answered(
          head.status(),
          type,
          type.endsWith("json") ? ApiDocument.parse(text) : TextNode.valueOf(text));
    }
  }

  private List<String> complaints(Asked asked, Answered answered) {
    return document.complaints(
        asked.method(), asked.path(), answered.status(), answered.type(), answered.body());
  }

  @Test
  void shouldDescribeEveryRouteAndNoOther() {
    Set<String> routes =
        Routes.of(director).stream()
            .map(Route::toString)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(String.join("\n", routes), String.join("\n", document.operations()));
  }

  @Test
  void shouldServeItself() throws IOException {
    assertEquals(document.root, ask(get("/v1/openapi.json", "/v1/openapi.json")).body());
  }

  @Test
  void shouldDescribeEveryAnswer() throws IOException {
    Set<String> asked = new HashSet<>();
    for (Asked question : GOOD) {
      Answered answered = ask(question);
      assertEquals(200, answered.status(), question.target());
      assertEquals(List.of(), complaints(question, answered), question.target());
      asked.add(question.method() + " " + question.path());
    }
    asked.add("GET /v1/events"); // in shouldDescribeEvents
    Set<String> described =
        document.operations().stream().map(o -> o.split("\\?")[0]).collect(Collectors.toSet());
    assertEquals(described, asked);
  }

  /** Every key of every answer, renamed: none of them may go by unnoticed. */
  @Test
  void shouldNoticeAnyKeyThatChanges() throws IOException {
    int changed = 0;
    for (Asked question : GOOD) {
      if (question.target().endsWith("openapi.json")) {
        continue; // its keys are not ours
      }
      Answered answered = ask(question);
      for (String pointer : keys(answered.body(), "")) {
        JsonNode body = answered.body().deepCopy();
        String parent = pointer.substring(0, pointer.lastIndexOf('/'));
        String key = pointer.substring(pointer.lastIndexOf('/') + 1);
        ObjectNode object = (ObjectNode) body.at(parent);
        object.set(key + "x", object.remove(key));
        Answered other = new Answered(answered.status(), answered.type(), body);
        assertFalse(complaints(question, other).isEmpty(), question.target() + " " + pointer);
        changed++;
      }
    }
    assertTrue(changed > 150, changed + " keys");
  }

  /** Where the keys are that the document names. */
  private static List<String> keys(JsonNode node, String at) {
    List<String> keys = new ArrayList<>();
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!MAPS.matcher(at).find()) {
                keys.add(at + "/" + name);
              }
              keys.addAll(keys(node.get(name), at + "/" + name));
            });
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      keys.addAll(keys(node.get(i), at + "/" + i));
    }
    return keys;
  }

  @Test
  void shouldNoticeAValueOfAnotherKind() throws IOException {
    Asked question = get("/v1/tables/{name}", "/v1/tables/web");
    for (String[] change :
        new String[][] {
          {"\"hops\":2", "\"hops\":\"2\""},
          {"\"hops\":2", "\"hops\":5"},
          {"\"hops\":2", "\"hops\":2.5"},
          {"\"draining\"", "\"drained\""},
          {"\"digest\":\"0", "\"digest\":\"g"},
          {"\"slot\":3", "\"slot\":-3"},
          {"\"slot\":3", "\"slot\":null"},
          {"\"share_percent\":35", "\"share_percent\":100"},
          {"\"share_percent\":35", "\"share_percent\":\"35%\""},
          {"\"due_percent\":44.167", "\"due_percent\":-1"},
          {"\"relaxed\":false", "\"relaxed\":0"},
        }) {
      Answered right = ask(question);
      String text = right.body().toString();
      String wrong = text.replace(change[0], change[1]);
      assertFalse(text.equals(wrong), change[0]);
      Answered changed = new Answered(200, right.type(), ApiDocument.parse(wrong));
      assertFalse(complaints(question, changed).isEmpty(), change[1]);
    }
    assertFalse(
        complaints(question, new Answered(200, "text/plain", ask(question).body())).isEmpty());
  }

  @Test
  void shouldDescribeErrors() throws IOException {
    assertError(400, get("/v1/status", "/v1/status?x=1"));
    assertError(400, get("/v1/events", "/v1/events?after=x"));
    assertError(400, post("/v1/reload", "/v1/reload?confirm=0", FILE));
    assertError(404, get("/v1/tables/{name}", "/v1/tables/none"));
    assertError(405, new Asked("GET", "/v1/status", "/v1/status", ""), "PUT");
    assertError(413, post("/v1/reload", "/v1/reload", "#".repeat((8 << 20) + 1)));
    director.readiness = new Readiness(false, "no gateway MAC on eth0");
    assertError(503, get("/readyz", "/readyz"));
    whenReloadFails(
        new RefusedException("bad", List.of(new ProblemReport(3, "a.b", "f:3: bad")), null),
        asked -> assertError(422, asked));
    whenReloadFails(
        new RefusedException("kernel", List.of(new ProblemReport(0, "", "EPERM")), null),
        asked -> assertError(409, asked));
    whenReloadFails(new StartingException(), asked -> assertError(503, asked));
    whenReloadFails(new IllegalStateException("a bug"), asked -> assertError(500, asked));
    director.stateAnswer = CompletableFuture.failedFuture(new NotFoundException("no such table"));
    assertError(
        404,
        post(
            "/v1/tables/{name}/backends/{ip}/state",
            "/v1/tables/x/backends/10.0.1.12/state",
            "{\"state\": \"file\"}"));
  }

  private void whenReloadFails(RuntimeException failure, Consumer<Asked> check) {
    director.reloadAnswer = CompletableFuture.failedFuture(failure);
    check.accept(post("/v1/reload", "/v1/reload", FILE));
    check.accept(post("/v1/rollback", "/v1/rollback", ""));
  }

  private void assertError(int status, Asked asked) {
    assertError(status, asked, asked.method());
  }

  /**
   * @param method to ask with, where it is another than the document is to be asked for
   */
  private void assertError(int status, Asked asked, String method) {
    try {
      Answered answered = ask(new Asked(method, asked.path(), asked.target(), asked.body()));
      assertEquals(status, answered.status(), answered.body().toString());
      assertEquals(List.of(), complaints(asked, answered));
    } catch (IOException e) {
      throw new AssertionError(asked.target(), e);
    }
  }

  @Test
  void shouldDescribeEvents() throws IOException {
    director.tell("generation", "generation 8 is live");
    try (RawClient client = new RawClient(server.socket()).get("/v1/events")) {
      assertEquals("text/event-stream", client.head().headers().get("Content-Type"));
      JsonNode type = document.operationNode("GET", "/v1/events").at("/responses/200/content");
      assertTrue(type.has("text/event-stream"));
      JsonNode event = data(client);
      assertEquals(List.of(), document.complaints("Event", event));
      ((ObjectNode) event).put("seen", true);
      assertFalse(document.complaints("Event", event).isEmpty());
      for (int i = 0; i < 2 * Limits.DEFAULT.events(); i++) {
        director.tell("state", "m".repeat(1_000));
      }
      String line = client.readChunkedLine();
      while (!line.equals("event: overflow")) {
        line = client.readChunkedLine();
      }
      assertEquals(List.of(), document.complaints("Overflow", data(client)));
    }
  }

  private static JsonNode data(RawClient client) throws IOException {
    String line = client.readChunkedLine();
    while (!line.startsWith("data: ")) {
      line = client.readChunkedLine();
    }
    return ApiDocument.parse(line.substring("data: ".length()));
  }

  @Test
  void shouldBeSound() throws IOException {
    assertTrue(document.root.get("openapi").asText().matches("3\\.1\\.\\d+"));
    assertTrue(document.root.at("/info/title").isTextual());
    assertTrue(document.root.at("/info/version").isTextual());
    assertEquals(List.of(), document.complaintsOfSchemas());
    Set<String> ids = new HashSet<>();
    for (String operation : document.operations()) {
      String method = operation.split(" ")[0];
      String path = operation.split("[ ?]")[1];
      JsonNode node = document.operationNode(method, path);
      assertTrue(ids.add(node.get("operationId").asText()), operation);
      assertEquals(braced(path), document.parameters(method, path, "path"));
      node.get("responses").forEach(document::resolve);
    }
    document.root.findParents("$ref").forEach(document::resolve);
  }

  private static List<String> braced(String path) {
    Matcher names = Pattern.compile("\\{(\\w+)}").matcher(path);
    return names.results().map(name -> name.group(1)).toList();
  }

  /** An object that takes any key would let a key that changed go by. */
  @Test
  void shouldCloseEveryObject() {
    document
        .root
        .at("/components/schemas")
        .fields()
        .forEachRemaining(
            schema -> {
              JsonNode node = schema.getValue();
              assertEquals("false", node.get("additionalProperties").asText(), schema.getKey());
              assertTrue(node.get("required").size() > 0, schema.getKey());
            });
  }

  @Test
  void shouldBeNamedWithTheOtherPage() throws IOException {
    String page = Files.readString(Path.of("../docs/admin-api.md"));
    for (String operation : document.operations()) {
      String plain = operation.split("\\?")[0];
      assertTrue(page.contains("| `" + plain + "` |"), plain);
    }
  }
}
