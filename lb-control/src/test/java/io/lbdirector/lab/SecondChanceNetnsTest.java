package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lbdirector.forwarding.IpAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise of second chance, on real interfaces: connections live on while the backend that
 * holds them drains, comes back, or loses and gains neighbours; new ones go where the rows now say.
 *
 * <p>The connections belong to backend2 and backend3, opened while all backends are active. Each of
 * these drains in turn, five times; backend1 is taken out and put in between. With two hops a row,
 * a drain from a healthy pool leaves the old primary second in line.
 */
@Timeout(300)
final class SecondChanceNetnsTest {
  private static final int CONNECTIONS = 60;
  private static final int ROUNDS = 5;
  private static final int FRESH = 10;
  private static final long SEED = 2; // of the bytes uploaded
  private static final String WEB = "web";
  private static final String ACTIVE = "active";

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;
  private Flows flows;
  private FlowModel healthy;

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    flows = new Flows(lab);
    lbd = lab.own(new Lbd(lab, folder));
    String toml = config(ACTIVE, ACTIVE, ACTIVE);
    healthy = FlowModel.of(toml);
    lbd.start(toml);
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  private String config(String backend1, String backend2, String backend3) throws Exception {
    return lbd.head()
        + TableText.table(WEB)
            .hops(2)
            .backend(TableText.BACKEND1, backend1)
            .backend(TableText.BACKEND2, backend2)
            .backend(TableText.BACKEND3, backend3)
            .bind("tcp", WebClient.HTTP)
            .bind("tcp", BackendServers.ECHO)
            .bind("tcp", BackendServers.DIGEST);
  }

  /** Whether backend2 or backend3 holds it, once it is opened. */
  private boolean isHeld(Connection connection) {
    return !healthy.primary(WEB, connection.flow()).equals(IpAddress.parse(TableText.BACKEND1));
  }

  @Test
  void shouldKeepConnectionsThroughDrainsAndChangesOfThePool() throws Exception {
    try (EchoLoad echoes =
            EchoLoad.start(flows.take(CONNECTIONS, BackendServers.ECHO, this::isHeld));
        Upload upload = Upload.start(flows.next(BackendServers.DIGEST, this::isHeld), SEED)) {
      echoes.awaitMessages(1);
      upload.awaitChunks(1);
      for (int round = 0; round < ROUNDS; round++) {
        for (String toml : changes()) {
          JsonObject report = lbd.reload(toml);
          assertTrue(report.get("changed").getAsBoolean(), report.toString());
          echoes.awaitMessages(2);
          upload.awaitChunks(1);
          assertNewConnectionsFollow(FlowModel.of(toml));
        }
      }
      upload.finish();
      echoes.finish();
    }
    assertTrue(outcome("forwarded") > 0, "no packet was given a second chance");
    assertTrue(outcome("known") > 0, "no packet was known to a backend");
    assertEquals(0, outcome("refused_source"));
    assertEquals(0, outcome("malformed"));
  }

  private List<String> changes() throws Exception {
    return List.of(
        config(ACTIVE, "draining", ACTIVE),
        config(ACTIVE, ACTIVE, ACTIVE),
        config(ACTIVE, ACTIVE, "draining"),
        config(ACTIVE, ACTIVE, ACTIVE),
        config("inactive", ACTIVE, ACTIVE),
        config(ACTIVE, ACTIVE, ACTIVE));
  }

  private void assertNewConnectionsFollow(FlowModel model) throws Exception {
    List<String> expected = new ArrayList<>();
    List<String> answered = new ArrayList<>();
    for (int i = 0; i < FRESH; i++) {
      Connection connection = flows.next(WebClient.HTTP);
      expected.add(lab.backend(model.primary(WEB, connection.flow())).name());
      answered.add(WebClient.askWho(connection));
    }
    assertEquals(expected, answered);
  }

  /** Packets that came to an outcome, over all backends. */
  private long outcome(String name) {
    long packets = 0;
    for (String backend : List.of("backend1", "backend2", "backend3")) {
      Shell.Result stats =
          Lbd.command(lab, backend, "backend", "stats", "--interface", "eth0", "--output", "json");
      packets +=
          JsonParser.parseString(stats.out())
              .getAsJsonObject()
              .getAsJsonObject("total")
              .getAsJsonObject(name)
              .get("packets")
              .getAsLong();
    }
    return packets;
  }
}
