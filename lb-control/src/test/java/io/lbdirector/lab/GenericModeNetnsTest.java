package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A director whose interface is a bridge, which has no native XDP. */
@Timeout(300)
final class GenericModeNetnsTest {
  private static final int FLOWS = 40;

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;

  @BeforeEach
  void lay() {
    lab = Lab.serving();
    lbd = lab.own(new Lbd(lab, folder));
    putBridgeInPlaceOfTheInterface();
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  @Test
  void shouldForwardInGenericModeWithAWarningOrRefuseAsConfigured() throws Exception {
    lbd.write(config("native"));
    Shell.Result refused = Lbd.command(lab, "director", "run", "--config", lbd.config().toString());
    assertEquals(1, refused.exit(), refused.err());
    assertTrue(refused.err().contains("in native mode: EOPNOTSUPP"), refused.err());
    assertTrue(refused.err().contains("try mode = \"generic\""), refused.err());
    assertFalse(Files.exists(lbd.pins()));

    lbd.start(config("auto"));
    JsonObject status = lbd.status();
    JsonObject port = status.getAsJsonArray("interfaces").get(0).getAsJsonObject();
    assertEquals("generic", port.get("mode").getAsString());
    String warning = "interface br0 runs in generic mode, which costs speed";
    assertTrue(status.get("warnings").toString().contains(warning), status.toString());
    assertEquals(1, lbd.logLines(warning).size(), lbd.log());

    FlowModel model = FlowModel.of(config("auto"));
    Flows flows = new Flows(lab);
    for (int i = 0; i < FLOWS; i++) {
      Connection connection = flows.next(WebClient.HTTP);
      String expected = lab.backend(model.primary("web", connection.flow())).name();
      assertEquals(expected, WebClient.askWho(connection));
    }
  }

  private void putBridgeInPlaceOfTheInterface() {
    for (String command :
        new String[] {
          "link add br0 mtu 1600 type bridge",
          "addr flush dev eth0",
          "link set eth0 master br0",
          "link set br0 up",
          "addr add 10.0.0.2/24 dev br0",
          "addr add 2001:db8::2/64 dev br0 nodad",
          "route replace default via 10.0.0.1 dev br0",
          "-6 route replace default via 2001:db8::1 dev br0"
        }) {
      lab.exec("director", ("ip " + command).split(" "));
    }
  }

  private String config(String mode) {
    return lbd.head("mode = \"" + mode + "\"").replace("[\"eth0\"]", "[\"br0\"]")
        + TableText.table("web").bind("tcp", WebClient.HTTP).backends(TableText.ALL);
  }
}
