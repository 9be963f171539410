package io.lbdirector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.dataplane.PinFolder;
import io.lbdirector.os.ScratchNetns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Signals to a daemon that starts. Its config is a FIFO: opening that for writing waits until the
 * daemon reads, so the test knows, and decides, how far the start has come. Needs root.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DaemonSignalsTest {
  @TempDir Path temp;
  private ScratchNetns netns;
  private String instance;
  private Path fifo;
  private Process daemon;

  @BeforeEach
  void start() throws Exception {
    netns = ScratchNetns.create("sig");
    netns.ip("link add eth0 type veth peer name peer");
    netns.ip("link set eth0 up");
    netns.ip("link set peer up");
    instance = netns.name();
    fifo = temp.resolve("forwarding.toml");
    makeFifo();
    daemon =
        new ProcessBuilder(
                "nsenter",
                "--net=/run/netns/" + netns.name(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.lbdirector.Main",
                "run",
                "--config",
                fifo.toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("log").toFile())
            .start();
  }

  @AfterEach
  void remove() throws Exception {
    daemon.destroyForcibly().waitFor();
    DataPlane.unpin(pins());
    Files.deleteIfExists(Path.of("/run/lb/instance-" + instance + ".lock"));
    InstanceNote.remove(Places.RUN, instance);
    netns.close();
  }

  private void makeFifo() throws Exception {
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
  }

  private PinFolder pins() {
    return PinFolder.of(Places.BPFFS, instance);
  }

  private String config() {
    return """
        [director]
        instance = "%s"
        state_dir = "%s"
        interfaces = ["eth0"]
        source_ip = "10.0.0.2"
        gateway = "02:00:00:00:00:01"
        [admin]
        socket = "%s"
        [[table]]
        name = "web"
        hash_key = "12345678901234561234567890123456"
        seed = "34567890123456783456789012345678"
        [[table.bind]]
        ip = "203.0.113.10"
        proto = "tcp"
        port = 443
        [[table.backend]]
        ip = "10.0.1.1"
        """
        .formatted(instance, temp.resolve("state"), temp.resolve("admin.sock"));
  }

  private void signal(String name) throws Exception {
    String pid = Long.toString(daemon.pid());
    assertEquals(0, new ProcessBuilder("kill", "-" + name, pid).start().waitFor());
  }

  /**
   * Sends the signal when the daemon has begun to read its config, and only then lets it go on. A
   * second reading will find a FIFO of its own.
   */
  private void signalWhileItReads(String name) throws Exception {
    try (var writer = Files.newBufferedWriter(fifo)) {
      signal(name);
      Files.delete(fifo);
      makeFifo();
      writer.write(config());
    }
  }

  private int awaitEnd() throws Exception {
    assertTrue(daemon.waitFor(60, TimeUnit.SECONDS), log());
    return daemon.exitValue();
  }

  private String log() throws IOException {
    return Files.readString(temp.resolve("log"));
  }

  @Test
  void shouldReadItsConfigAgainAfterAHangupDuringTheStart() throws Exception {
    signalWhileItReads("HUP");
    Files.writeString(fifo, config()); // waits for the daemon to read a second time
    signal("TERM");
    assertEquals(0, awaitEnd(), log());
    assertTrue(log().contains("generation published"), log());
    assertTrue(DataPlane.exists(pins()), "forwarding goes on");
  }

  @Test
  void shouldEndCleanlyWhenToldToDuringTheStart() throws Exception {
    signalWhileItReads("TERM");
    assertEquals(0, awaitEnd(), log());
    assertTrue(log().contains("told to stop while starting"), log());
    assertFalse(DataPlane.exists(pins()), "nothing is left behind");
  }
}
