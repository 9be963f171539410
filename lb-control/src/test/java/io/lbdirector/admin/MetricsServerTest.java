package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.director.DirectorControl.Readiness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MetricsServerTest {
  private final FakeDirector director = new FakeDirector();
  private final HttpClient client = HttpClient.newHttpClient();
  private MetricsServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        MetricsServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), director);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.address().getPort() + target));
  }

  private HttpResponse<String> ask(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void shouldTellMetrics() throws Exception {
    HttpResponse<String> answer = ask(request("/metrics"));
    assertEquals(200, answer.statusCode());
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8",
        answer.headers().firstValue("content-type").orElseThrow());
    assertTrue(answer.body().contains("\nlb_generation 7.0\n"), answer.body());
  }

  @Test
  void shouldTellWhetherPacketsAreForwarded() throws Exception {
    assertEquals(200, ask(request("/livez")).statusCode());
    assertEquals(200, ask(request("/readyz")).statusCode());
    director.readiness = new Readiness(false, "no gateway");
    assertEquals(503, ask(request("/readyz")).statusCode());
  }

  @Test
  void shouldTellAndChangeNothingElse() throws Exception {
    assertEquals(404, ask(request("/v1/status")).statusCode());
    assertEquals(404, ask(request("/v1/rollback").POST(BodyPublishers.noBody())).statusCode());
    assertEquals(405, ask(request("/metrics").POST(BodyPublishers.noBody())).statusCode());
    assertEquals(false, director.rolledBack);
  }

  /** Whoever can reach the port would else fill the daemon's memory. */
  @Test
  void shouldNotTakeTheBodyOfAConfig() throws Exception {
    HttpRequest.Builder big = request("/metrics");
    assertEquals(413, ask(big.POST(BodyPublishers.ofByteArray(new byte[64 << 10]))).statusCode());
    assertEquals(200, ask(request("/metrics")).statusCode());
  }

  @Test
  void shouldNameTheAddressThatIsTaken() {
    AdminSocketException e =
        assertThrows(
            AdminSocketException.class, () -> MetricsServer.start(server.address(), director));
    assertTrue(e.getMessage().contains("127.0.0.1:" + server.address().getPort()), e.getMessage());
  }
}
