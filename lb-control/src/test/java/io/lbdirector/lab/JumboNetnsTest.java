package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.XdpLink;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.Interfaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A network of jumbo frames, which an XDP program gets in several buffers. */
@Timeout(300)
final class JumboNetnsTest {
  private static final int MTU = 9000;
  private static final int CLIENT_MTU = 8900;
  private static final int CHUNKS = 100; // of 16 KiB

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

  private static String config(Lbd lbd) {
    return lbd.head()
        + TableText.table("web").bind("tcp", BackendServers.DIGEST).backends(TableText.ALL);
  }

  @Test
  void shouldCarryJumboFrames() throws Exception {
    for (String port : ports()) {
      letThrough(port);
    }
    lbd.start(config(lbd));
    for (String port : ports()) {
      setMtu("router", port, MTU);
      setMtu(port, "eth0", MTU);
    }
    for (String client : List.of("client1", "client2")) {
      setMtu("router", client, CLIENT_MTU);
      setMtu(client, "eth0", CLIENT_MTU);
    }
    Await.until("the director knows", () -> interfaceMtu() == MTU);
    for (IpAddress vip : List.of(Lab.VIP4, Lab.VIP6)) {
      upload(vip);
    }
    assertEquals(0, lbd.counters().of(Verdict.TX_TOO_BIG));
  }

  /** Packets that are not as large as these count as much as those that are. */
  private void upload(IpAddress vip) throws Exception {
    JsonObject before = forwarded();
    Connection connection = flows.next(BackendServers.DIGEST, c -> c.vip().equals(vip));
    try (Upload upload = Upload.start(connection, 1)) {
      upload.awaitChunks(CHUNKS);
      upload.finish();
    }
    JsonObject after = forwarded();
    long packets = after.get("packets").getAsLong() - before.get("packets").getAsLong();
    long bytes = after.get("bytes").getAsLong() - before.get("bytes").getAsLong();
    assertTrue(bytes > CHUNKS * 16_384L, bytes + " bytes");
    assertTrue(bytes / packets > 3600, bytes + " bytes in " + packets + " packets");
  }

  private JsonObject forwarded() throws Exception {
    return lbd.admin()
        .get("/v1/counters")
        .getAsJsonObject()
        .getAsJsonObject("verdicts")
        .getAsJsonObject("tx_forwarded");
  }

  private int interfaceMtu() throws Exception {
    return lbd.status().getAsJsonArray("interfaces").get(0).getAsJsonObject().get("mtu").getAsInt();
  }

  /** The router's ports to those who send by XDP_TX. */
  private List<String> ports() {
    List<String> ports = new ArrayList<>(List.of("director"));
    lab.backends().forEach(backend -> ports.add(backend.name()));
    return ports;
  }

  private void setMtu(String host, String name, int mtu) {
    lab.exec(host, "ip", "link", "set", "dev", name, "mtu", Integer.toString(mtu));
  }

  /** As the lab's own program does there, but for frames of several buffers too. */
  private void letThrough(String port) throws Exception {
    lab.exec("router", "ip", "link", "set", "dev", port, "xdp", "off");
    byte[] elf = Files.readAllBytes(Lab.ROOT.resolve("lab/build/xdp_pass.bpf.o"));
    lab.router()
        .call(
            () -> {
              try (BpfObject object = BpfObject.open("xdp_pass", elf)) {
                object.takeXdpFrags();
                object.load();
                try (BpfProgram program = object.program("lab_pass")) {
                  int ifindex = Interfaces.index(port);
                  return lab.own(XdpLink.attach(program, ifindex, XdpLink.Mode.NATIVE));
                }
              }
            });
  }
}
