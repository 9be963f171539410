package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.lbdirector.abi.Verdict;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The director's own interface changes; connections that are open at the time live on. */
@Timeout(300)
final class InterfaceNetnsTest {
  private static final int CONNECTIONS = 100;
  private static final int MTU = 1600;
  private static final String NEW_MAC = "02:00:00:00:0c:0d";

  private static Lab lab;
  private static Flows flows;

  @TempDir Path folder;
  private Lbd lbd;

  @BeforeAll
  static void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    flows = new Flows(lab);
  }

  @AfterAll
  static void remove() {
    if (lab != null) {
      lab.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    lbd = new Lbd(lab, folder);
    lbd.start(
        lbd.head() + MixedTraffic.binds(TableText.table("web").hops(2)).backends(TableText.ALL));
  }

  @AfterEach
  void end() throws Exception {
    lbd.close();
    restore();
  }

  /** What goes with an interface that goes down, and what a test takes. */
  private static void restore() {
    ip("link set dev eth0 mtu " + MTU);
    ip("addr replace 2001:db8::2/64 dev eth0 nodad");
    ip("-4 route replace default via 10.0.0.1 dev eth0");
    ip("-6 route replace default via 2001:db8::1 dev eth0");
  }

  private JsonObject port() throws Exception {
    return lbd.status().getAsJsonArray("interfaces").get(0).getAsJsonObject();
  }

  private static void ip(String arguments) {
    lab.exec("director", ("ip " + arguments).split(" "));
  }

  /** Nothing may be lost. */
  private void underTraffic(Background.Step step) throws Exception {
    try (MixedTraffic traffic = MixedTraffic.start(lab, flows, CONNECTIONS, 1)) {
      traffic.awaitProgress();
      step.run();
      traffic.awaitProgress();
      traffic.finish(lbd.log());
    }
  }

  /** What is sent meanwhile is lost, and sent again by those who wait for it. */
  private void underConnections(Background.Step step) throws Exception {
    try (EchoLoad echoes =
        EchoLoad.start(flows.take(CONNECTIONS, BackendServers.ECHO, c -> true))) {
      echoes.awaitMessages(2);
      step.run();
      echoes.awaitMessages(2);
      echoes.finish();
    }
  }

  @Test
  void shouldLoseNothingWhenItsMacChanges() throws Exception {
    underTraffic(
        () -> {
          ip("link set dev eth0 address " + NEW_MAC);
          Await.until("the new MAC", () -> port().get("mac").getAsString().equals(NEW_MAC));
        });
  }

  /** Uploads are told of what does not fit any more, and go on with less. */
  @Test
  void shouldLoseNothingWhenItsMtuChanges() throws Exception {
    Counters before = lbd.counters();
    underTraffic(
        () -> {
          for (int mtu : new int[] {1500, MTU}) {
            ip("link set dev eth0 mtu " + mtu);
            Await.until("mtu " + mtu, () -> port().get("mtu").getAsInt() == mtu);
            if (mtu < MTU) {
              Await.until(
                  "an answer to what does not fit",
                  () -> lbd.counters().of(Verdict.TX_TOO_BIG) > before.of(Verdict.TX_TOO_BIG));
            }
          }
        });
  }

  /** The kernel's own way out of the host is gone; that of what is forwarded is known still. */
  @Test
  void shouldLoseNothingWhenRoutesAndNeighboursAreForgotten() throws Exception {
    String gateway = port().get("gateway_mac").getAsString();
    underTraffic(
        () -> {
          ip("-4 route del default");
          ip("-6 route del default");
          ip("neigh flush dev eth0");
          ip("-6 neigh flush dev eth0");
        });
    assertEquals("", lab.exec("director", "ip", "route", "show", "default"));
    assertEquals(gateway, port().get("gateway_mac").getAsString());
    assertTrue(lbd.isReady());
  }

  @Test
  void shouldForwardAgainWhenItIsUpAgain() throws Exception {
    underConnections(
        () -> {
          ip("link set dev eth0 down");
          Await.until("not ready", () -> !lbd.isReady());
          ip("link set dev eth0 up");
          restore();
          Await.until("ready", lbd::isReady);
        });
  }

  @Test
  void shouldForwardAgainWhenItIsMadeAnew() throws Exception {
    int index = port().get("ifindex").getAsInt();
    underConnections(
        () -> {
          lab.relink("director");
          Await.until("ready", () -> lbd.isReady() && port().get("ifindex").getAsInt() != index);
        });
    assertNotEquals(index, port().get("ifindex").getAsInt());
    assertEquals(2, lbd.logLines("program attached").size(), lbd.log());
    JsonObject link = null;
    for (var one : lbd.admin().get("/v1/bpf").getAsJsonObject().getAsJsonArray("pins")) {
      if (one.getAsJsonObject().get("kind").getAsString().equals("link")) {
        link = one.getAsJsonObject();
      }
    }
    assertEquals("on eth0", link.get("use").getAsString());
    lbd.kill();
    lbd.start();
    assertTrue(lbd.status().get("adopted").getAsBoolean());
    assertFalse(lbd.logLines("attachment taken over").isEmpty());
  }
}
