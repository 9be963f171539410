package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.VIP;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lbdirector.bpf.PrivateBpfFs;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.OuterModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The plain object in the hands of others: the commands of docs/backend.md, word for word but for
 * names of folders. Needs root, bpftool and xdp-loader.
 */
class BackendStockToolsTest {
  private static final byte[] SYN = BackendHost.tunnelled(Frame.tcpSyn(CLIENT, 40000, VIP, 443));
  private static final Path DOCS = Path.of("../docs/backend.md");

  @TempDir private Path temp;
  private PrivateBpfFs bpffs;
  private BackendHost host;

  @BeforeEach
  void open() throws Exception {
    bpffs = PrivateBpfFs.mount();
    host = new BackendHost();
    Files.write(temp.resolve("lb_backend.bpf.o"), BpfObjects.backend());
  }

  @AfterEach
  void close() {
    try {
      host.close();
    } finally {
      bpffs.close();
    }
  }

  /** The commands of the docs under a heading, with the folders of this test. */
  private List<String> commands(String heading) throws IOException {
    String text = Files.readString(DOCS);
    Matcher block =
        Pattern.compile("### " + Pattern.quote(heading) + "\n.*?```sh\n(.*?)```", Pattern.DOTALL)
            .matcher(text);
    assertTrue(block.find(), "no commands under " + heading);
    return block
        .group(1)
        .lines()
        .map(line -> line.replace("/sys/fs/bpf", bpffs.folder().toString()))
        .map(line -> line.replace("/usr/lib/lb-director/", temp + "/"))
        .toList();
  }

  private void run(String command) {
    host.exec("sh", "-ec", command);
  }

  /** What the kernel gets when a tunnelled packet and then a plain one have come in. */
  private byte[] sendAndReceive() {
    byte[] plain = Frame.udp(CLIENT, 1, VIP, 2, new byte[30]).toBytes();
    host.send(SYN);
    host.send(plain);
    byte[] first = host.receive();
    return first.length == plain.length ? plain : stripped(first, plain);
  }

  private byte[] stripped(byte[] first, byte[] plain) {
    assertArrayEquals(plain, host.receive());
    return first;
  }

  private void assertRefused() {
    assertEquals(14 + 20 + 8 + 30, sendAndReceive().length, "the plain packet comes first");
  }

  private void assertAccepted() {
    assertArrayEquals(OuterModel.stripped(SYN), sendAndReceive());
  }

  @Test
  void shouldRefuseEverybodyUntilBpftoolFillsTheList() throws Exception {
    List<String> commands = commands("With bpftool");
    assertEquals(4, commands.size(), commands.toString());
    run(commands.get(0)); // folder
    run(commands.get(1)); // load
    run(commands.get(2)); // attach
    assertRefused();
    run(commands.get(3)); // fill the list
    assertAccepted();
  }

  @Test
  void shouldRefuseEverybodyUntilTheListOfXdpLoaderIsFilled() throws Exception {
    List<String> commands = commands("With xdp-loader");
    assertEquals(2, commands.size(), commands.toString());
    run(commands.get(0));
    assertRefused();
    run(commands.get(1).replace("name lb_allow", "id " + listOfTheProgram()));
    assertAccepted();
  }

  /** Other tests may have maps of that name in the kernel: this is the one behind eth0. */
  private int listOfTheProgram() {
    JsonObject link =
        json("ip", "-j", "link", "show", "eth0").getAsJsonArray().get(0).getAsJsonObject();
    String program = link.getAsJsonObject("xdp").getAsJsonObject("prog").get("id").getAsString();
    JsonObject shown = json("bpftool", "-j", "prog", "show", "id", program).getAsJsonObject();
    for (JsonElement id : shown.getAsJsonArray("map_ids")) {
      JsonObject map =
          json("bpftool", "-j", "map", "show", "id", id.getAsString()).getAsJsonObject();
      if (map.get("name").getAsString().equals("lb_allow")) {
        return id.getAsInt();
      }
    }
    throw new AssertionError("the program on eth0 has no lb_allow: " + shown);
  }

  private JsonElement json(String... command) {
    return JsonParser.parseString(host.exec(command));
  }
}
