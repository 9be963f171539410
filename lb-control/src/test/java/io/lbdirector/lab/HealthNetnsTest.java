package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Traffic follows the health of real servers, through a director in a network of its own. */
@Timeout(300)
final class HealthNetnsTest {
  private static final String WEB = "web";
  private static final String HTTP = "type = \"http\"\nport = 80\npath = \"/\"";
  private static final String TIMES =
      "interval = \"500ms\"\ntimeout = \"500ms\"\nrise = 2\nfall = 2\n";
  private static final int REQUESTS = 60;
  private static final int CONNECTIONS = 12;

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;
  private Flows flows;

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    flows = new Flows(lab);
    lbd = lab.own(new Lbd(lab, folder));
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  private String config(String check) throws Exception {
    return lbd.head()
        + TableText.table(WEB)
            .hops(2)
            .backends(TableText.ALL)
            .bind("tcp", WebClient.HTTP)
            .bind("tcp", BackendServers.ECHO)
            .check(check);
  }

  /** Starts it, and waits until every check has passed. */
  private FlowModel start(String check) throws Exception {
    String toml = config(check);
    lbd.start(toml);
    Await.until("all are up", () -> healths().equals(List.of("up", "up", "up")));
    return FlowModel.of(toml);
  }

  private JsonObject health() throws Exception {
    return lbd.admin().get("/v1/health").getAsJsonObject();
  }

  private List<JsonObject> backends() throws Exception {
    List<JsonObject> backends = new ArrayList<>();
    for (JsonElement one :
        lbd.admin().get("/v1/tables/" + WEB).getAsJsonObject().getAsJsonArray("backends")) {
      backends.add(one.getAsJsonObject());
    }
    return backends;
  }

  private List<String> healths() throws Exception {
    return backends().stream().map(b -> b.get("health").getAsString()).toList();
  }

  private int rows(Lab.Host backend) throws Exception {
    return backends().stream()
        .filter(b -> b.get("address").getAsString().equals(backend.ipv4().toString()))
        .mapToInt(b -> b.get("rows").getAsInt())
        .sum();
  }

  private void awaitOut(Lab.Host backend) throws Exception {
    Await.until(backend + " leads no row", () -> rows(backend) == 0);
  }

  private void awaitIn(Lab.Host backend) throws Exception {
    Await.until(backend + " leads rows", () -> rows(backend) > 0);
  }

  /** Who answers so many new requests; each is answered, or this fails. */
  private Set<String> whoAnswers() throws Exception {
    Set<String> who = new TreeSet<>();
    for (int i = 0; i < REQUESTS; i++) {
      who.add(WebClient.askWho(flows.next(WebClient.HTTP)));
    }
    return who;
  }

  private EchoLoad connectionsNotOf(Lab.Host backend, FlowModel model) throws Exception {
    return EchoLoad.start(
        flows.take(
            CONNECTIONS,
            BackendServers.ECHO,
            c -> !model.primary(WEB, c.flow()).equals(backend.ipv4())));
  }

  @Test
  void shouldMoveTrafficFromAServerThatStopsAndBack() throws Exception {
    Lab.Host stopped = lab.host("backend2");
    FlowModel model = start(HTTP + "\n" + TIMES);
    String healthy = lbd.digest(WEB);
    try (EchoLoad others = connectionsNotOf(stopped, model)) {
      lab.stopWebServer(stopped);
      awaitOut(stopped);
      others.awaitMessages(2);
      assertEquals(Set.of("backend1", "backend3"), whoAnswers());
      lab.startWebServer(stopped);
      awaitIn(stopped);
      assertEquals(healthy, lbd.digest(WEB));
      assertEquals(Set.of("backend1", "backend2", "backend3"), whoAnswers());
      others.finish();
    }
    assertEquals(1, lbd.logLines("backend=10.0.1.12 health=down").size());
    assertEquals(2, lbd.logLines("backend=10.0.1.12 health=up").size()); // at first, and again
  }

  @Test
  void shouldMoveTrafficFromABackendWhoseLinkIsCut() throws Exception {
    Lab.Host cut = lab.host("backend3");
    FlowModel model = start(HTTP + "\n" + TIMES);
    try (EchoLoad others = connectionsNotOf(cut, model)) {
      lab.exec("router", "ip", "link", "set", "backend3", "down");
      awaitOut(cut);
      others.awaitMessages(2);
      assertEquals(Set.of("backend1", "backend2"), whoAnswers());
      lab.exec("router", "ip", "link", "set", "backend3", "up");
      lab.exec("router", "ip", "route", "replace", cut.ipv4() + "/32", "dev", "backend3");
      awaitIn(cut);
      others.finish();
    }
  }

  @Test
  void shouldKeepTrafficFlowingToAllWhenAllChecksFail() throws Exception {
    start(HTTP + "\n" + TIMES);
    String healthy = lbd.digest(WEB);
    lab.backends().forEach(lab::stopWebServer);
    Await.until(
        "all are down",
        () ->
            health().getAsJsonArray("tables").get(0).getAsJsonObject().get("down").getAsInt() == 3);
    assertTrue(
        health().getAsJsonArray("tables").get(0).getAsJsonObject().get("panic").getAsBoolean());
    assertEquals(healthy, lbd.digest(WEB));
    assertFalse(lbd.logLines("panic").isEmpty());
    FlowModel model = FlowModel.of(config(HTTP + "\n" + TIMES));
    for (Lab.Host backend : lab.backends()) {
      try (EchoLoad load =
          EchoLoad.start(
              flows.take(
                  CONNECTIONS,
                  BackendServers.ECHO,
                  c -> model.primary(WEB, c.flow()).equals(backend.ipv4())))) {
        load.awaitMessages(2);
        load.finish();
      }
    }
    lab.backends().forEach(lab::startWebServer);
    Await.until("all are up again", () -> healths().equals(List.of("up", "up", "up")));
    assertEquals(healthy, lbd.digest(WEB));
  }

  @Test
  void shouldPublishSeldomForACheckThatAlternates() throws Exception {
    CheckServer flapping = CheckServer.start(lab, lab.host("backend1"), true);
    CheckServer.start(lab, lab.host("backend2"), false);
    CheckServer.start(lab, lab.host("backend3"), false);
    lbd.start(
        config(
            "type = \"http\"\nport = "
                + CheckServer.PORT
                + "\ninterval = \"200ms\"\ntimeout = \"200ms\"\nrise = 1\nfall = 1"));
    long before = lbd.generation();
    int begun = flapping.asked();
    Await.until("forty answers", () -> flapping.asked() - begun >= 40);
    assertTrue(lbd.generation() - before <= 4, lbd.generation() + " after " + before);
    assertTrue(lbd.generation() > before, "it was never down");
  }

  @Test
  void shouldNoticeThatOnlyTheDecapsulationIsBroken() throws Exception {
    Lab.Host broken = lab.host("backend2");
    start(
        HTTP
            + "\nvia = \"tunnel\"\n"
            + TIMES
            + "[[table.check]]\ntype = \"tunnel\"\n"
            + TIMES
            + "[[table.check]]\n"
            + HTTP
            + "\n"
            + TIMES);
    Lbd.command(lab, "backend2", "backend", "detach", "--interface", "eth0");
    awaitOut(broken);
    assertEquals(Set.of("backend1", "backend3"), whoAnswers());
    List<String> checks = new ArrayList<>();
    for (JsonElement one :
        health().getAsJsonArray("tables").get(0).getAsJsonObject().getAsJsonArray("checks")) {
      JsonObject check = one.getAsJsonObject();
      if (check.get("backend").getAsString().equals(broken.ipv4().toString())) {
        checks.add(check.get("check").getAsString() + " " + check.get("health").getAsString());
      }
    }
    assertTrue(checks.contains("http :80/ up"), checks.toString());
    Await.until(
        "both checks through the tunnel are down",
        () -> health().toString().split("\"down\"").length - 1 >= 2);
    Lbd.command(lab, "backend2", "backend", "attach", "--interface", "eth0", "--allow-from", "any");
    awaitIn(broken);
  }
}
