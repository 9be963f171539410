package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.NetworkNamespace;
import io.lbdirector.os.RawFrameSocket;
import io.lbdirector.os.ScratchNetns;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import java.io.BufferedReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@code lbd backend} inside a container: network and mount namespaces of its own, held by a
 * process of its own, and a veth to the host.
 */
@Timeout(300)
final class ContainerNetnsTest {
  private static final String INTERFACE = "eth0";
  private static final String HOST_END = "wire";

  private final ScratchNetns host = ScratchNetns.create("lb-container");
  private Process container;
  private Path pinsOnHost;

  /** Which BPF file system is at /sys/fs/bpf of a container. */
  private enum Mounted {
    /** The one of the host. */
    HOSTS("true"),
    /** Another. */
    OWN("mount -t bpf bpf /sys/fs/bpf"),
    /** None, on a /sys that cannot be written to. */
    NONE("mount -t sysfs -o ro sysfs /sys");

    private final String command;

    Mounted(String command) {
      this.command = command;
    }
  }

  @AfterEach
  void remove() throws Exception {
    try {
      if (container != null) {
        container.destroyForcibly();
        Shell.awaitEnd(container, "container");
        BpfFs.unpinAll(pinsOnHost);
      }
    } finally {
      host.close();
    }
  }

  private void start(Mounted mounted) throws Exception {
    String command = mounted.command + " && echo ready && exec sleep 600";
    container =
        new ProcessBuilder("unshare", "--net", "--mount", "sh", "-c", command)
            .redirectError(Redirect.INHERIT)
            .start();
    try (BufferedReader lines = container.inputReader(StandardCharsets.US_ASCII)) {
      assertEquals("ready", lines.readLine());
    }
    Path namespace = Path.of("/proc", Long.toString(container.pid()), "ns/net");
    try (NetworkNamespace opened = NetworkNamespace.open(namespace)) {
      pinsOnHost = Path.of("/sys/fs/bpf/lb-backend", Long.toString(opened.inode()));
    }
    host.ip(
        "link add " + HOST_END + " type veth peer name " + INTERFACE + " netns " + container.pid());
    host.ip("link set dev " + HOST_END + " up");
    inside("ip", "link", "set", "dev", INTERFACE, "up");
    host.awaitUp(HOST_END);
  }

  private Shell.Result inside(String... command) {
    List<String> all =
        new ArrayList<>(
            List.of("nsenter", "--net", "--mount", "--target", Long.toString(container.pid())));
    all.addAll(List.of(command));
    return Shell.tryRun(all);
  }

  private Shell.Result backend(String command, String... options) {
    List<String> all =
        new ArrayList<>(
            List.of(Lbd.LAUNCHER.toString(), "backend", command, "--interface", INTERFACE));
    all.addAll(List.of(options));
    return inside(all.toArray(String[]::new));
  }

  @ParameterizedTest
  @EnumSource(Mounted.class)
  void shouldAttachCountAndDetachInside(Mounted mounted) throws Exception {
    start(mounted);
    assertSays("eth0: attached in native mode", attach());
    assertEquals(mounted == Mounted.HOSTS, Files.exists(pinsOnHost));
    sendSyn();
    Await.until("a SYN is counted", () -> syns() == 1);
    assertSays("eth0: was attached; the program is exchanged", attach());
    sendSyn();
    Await.until("another SYN is counted", () -> syns() == 2);
    assertSays("eth0: detached", backend("detach"));
    assertSays("eth0: was not attached", backend("detach"));
    assertEquals(1, backend("stats").exit());
    String link = inside("ip", "link", "show", "dev", INTERFACE).out();
    assertFalse(link.contains("xdp"), link);
    assertFalse(Files.exists(pinsOnHost));
  }

  private Shell.Result attach() {
    return backend("attach", "--allow-from", Actors.DIRECTOR.toString());
  }

  private static void assertSays(String line, Shell.Result result) {
    assertEquals(line + "\n", result.out(), result.err());
    assertEquals(0, result.exit());
  }

  /** A director's packet, from the host's end of the wire. */
  private void sendSyn() throws Exception {
    byte[] syn = Frame.tcpSyn(Actors.CLIENT, 40000, Actors.VIP, 443).toBytes();
    int length = syn.length - Frame.ETHERNET_LENGTH;
    byte[] frame = GueModel.encapsulate(syn, length, List.of(Actors.backend(1)), 0x8123, 0);
    try (NetworkNamespace namespace = NetworkNamespace.open(Path.of("/run/netns", host.name()));
        RawFrameSocket wire =
            namespace.call(() -> RawFrameSocket.open(Interfaces.index(HOST_END)))) {
      wire.send(frame);
    }
  }

  private long syns() {
    Shell.Result stats = backend("stats", "--output", "json");
    JsonObject total = JsonParser.parseString(stats.out()).getAsJsonObject();
    return total.getAsJsonObject("total").getAsJsonObject("syn").get("packets").getAsLong();
  }
}
