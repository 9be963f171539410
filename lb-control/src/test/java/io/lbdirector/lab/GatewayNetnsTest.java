package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The router beside the director changes; connections that are open at the time live on. */
@Timeout(300)
final class GatewayNetnsTest {
  private static final int ECHO_CONNECTIONS = 20;
  private static final String NEW_MAC = "02:00:00:00:0a:0b";
  private static final String PORT = "director"; // the router's end of the link

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;
  private EchoLoad echoes;

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    lbd = lab.own(new Lbd(lab, folder));
    lbd.start(
        lbd.head()
            + TableText.table("web").bind("tcp", BackendServers.ECHO).backends(TableText.ALL));
    echoes =
        lab.own(
            EchoLoad.start(
                new Flows(lab).take(ECHO_CONNECTIONS, BackendServers.ECHO, connection -> true)));
    echoes.awaitMessages(10);
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  /** The router says so by gratuitous ARP, as one does that takes over from another. */
  @Test
  void shouldFollowTheRoutersNewMac() throws Exception {
    lab.exec("router", "sysctl", "-qw", "net.ipv4.conf." + PORT + ".arp_notify=1");
    ip("link set dev " + PORT + " address " + NEW_MAC);
    Await.until(NEW_MAC + " in use", () -> port().get("gateway_mac").getAsString().equals(NEW_MAC));
    echoes.awaitMessages(10);
    echoes.finish();
  }

  @Test
  void shouldForwardAgainWhenTheLinkIsBack() throws Exception {
    String mac = port().get("gateway_mac").getAsString();
    lab.exec("router", "sysctl", "-qw", "net.ipv6.conf." + PORT + ".keep_addr_on_down=1");
    List<String> routes = routes();
    ip("link set dev " + PORT + " down");
    Await.until("the port is down", () -> !port().get("up").getAsBoolean());
    assertEquals(mac, port().get("gateway_mac").getAsString());
    ip("link set dev " + PORT + " up");
    routes.forEach(this::ip);
    Await.until("the port is up", () -> port().get("up").getAsBoolean());
    echoes.awaitMessages(10);
    echoes.finish();
  }

  /** The commands that restore what a link takes along when it goes down. */
  private List<String> routes() {
    List<String> commands = new ArrayList<>();
    for (String family : List.of("-4", "-6")) {
      String all = lab.exec("router", "ip", family, "route", "show", "dev", PORT);
      all.lines()
          .filter(route -> !route.contains("proto kernel"))
          .forEach(route -> commands.add(family + " route replace " + route + " dev " + PORT));
    }
    return commands;
  }

  private void ip(String arguments) {
    lab.exec("router", ("ip " + arguments.strip()).split(" +"));
  }

  private JsonObject port() throws Exception {
    return lbd.status().getAsJsonArray("interfaces").get(0).getAsJsonObject();
  }
}
