package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The file that the documentation shows and the demo serves, as it is. Its instance is {@code
 * default}, of which a machine has but one.
 */
@Timeout(300)
final class WorkedExampleNetnsTest {
  private static final Path CONFIG = Lab.ROOT.resolve("config/forwarding.toml");
  private static final Path SOCKET = Path.of("/run/lb/admin.sock"); // as in that file
  private static final Set<String> BACKENDS = Set.of("backend1", "backend2", "backend3");
  private static final int FLOWS = 80;

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;

  @BeforeEach
  void lay() {
    lab = Lab.serving();
    Lbd example = new Lbd(lab, folder, "default", CONFIG, SOCKET);
    assertFalse(
        Files.exists(example.pins()) || example.isReady(),
        "this test serves config/forwarding.toml, but an lbd of instance \"default\" has run on"
            + " this machine, and forwards: bin/lbd detach --instance default ends that");
    lbd = lab.own(example);
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  @Test
  void shouldServeTheWorkedExample() throws Exception {
    lbd.start();
    FlowModel model = FlowModel.of(Files.readString(CONFIG));
    Flows flows = new Flows(lab);
    Set<String> web = new HashSet<>();
    Set<String> stream = new HashSet<>();
    for (int i = 0; i < FLOWS; i++) {
      Connection tcp = flows.next(WebClient.HTTP);
      String webServer = lab.backend(model.primary("web", tcp.flow())).name();
      assertEquals(webServer, WebClient.askWho(tcp), tcp.toString());
      web.add(webServer);
      Connection udp = flows.next(7000 + i % 10);
      String streamServer = lab.backend(model.primary("stream", udp.flow())).name();
      assertEquals(streamServer, WebClient.askWhoByDatagram(udp), udp.toString());
      stream.add(streamServer);
    }
    assertEquals(BACKENDS, web);
    assertEquals(BACKENDS, stream);
    assertEquals(model.digest("web"), lbd.digest("web"));
    assertEquals(model.digest("stream"), lbd.digest("stream"));
    lab.exec("client1", "ping", "-c", "1", "-W", "5", Lab.VIP6.toString());
  }
}
