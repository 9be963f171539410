package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Verdict;
import io.lbdirector.admin.DaemonRefusedException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon as the systemd unit runs it: a user of its own, with the unit's capabilities and no
 * more, in folders made for it; and it unpacks no library to run it.
 */
@Timeout(300)
final class CapabilitiesNetnsTest {
  private static final Path UNIT = Lab.ROOT.resolve("config/systemd/lbd.service");
  private static final int NOBODY = 65534;
  private static final int STREAMS = 6;
  private static final int DATAGRAMS = 5_000;

  @TempDir Path folder;
  private Lab lab;
  private Lbd lbd;
  private Process process;

  @BeforeEach
  void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    lbd = lab.own(new Lbd(lab, folder));
  }

  @AfterEach
  void remove() {
    if (process != null) {
      process.destroy();
      Shell.awaitEnd(process, "lbd");
    }
    lab.close();
  }

  private static List<String> unit(String key) throws Exception {
    return Files.readAllLines(UNIT).stream()
        .filter(line -> line.startsWith(key + "="))
        .flatMap(line -> Arrays.stream(line.substring(key.length() + 1).split(" ")))
        .toList();
  }

  private String config(int hops) {
    return lbd.head()
        + TableText.table("web")
            .hops(hops)
            .bind("tcp", 80)
            .bind("udp", DatagramStream.PORT)
            .backends(TableText.ALL)
            .check("type = \"tcp\"", "port = 80")
            .check("type = \"tunnel\"");
  }

  /** What the unit's root does, in file systems that nobody else sees; then the user's part. */
  private void start() throws Exception {
    lbd.write(config(2));
    Path launcher =
        InstalledTree.copyTo(folder); // the checkout may be where this user may not look
    Shell.run(List.of("chown", "-R", NOBODY + ":" + NOBODY, folder.toString()));
    Shell.run(List.of("chmod", "o+x", folder.toString()));
    String capabilities =
        unit("AmbientCapabilities").stream()
            .map(name -> "+" + name.replace("CAP_", "").toLowerCase())
            .collect(Collectors.joining(","));
    String ids = "--reuid=%1$d --regid=%1$d --clear-groups".formatted(NOBODY);
    String rights =
        "--inh-caps=-all,%1$s --ambient-caps=-all,%1$s --bounding-set=-all,%1$s --no-new-privs"
            .formatted(capabilities);
    String script =
        """
        mkdir -p /run/lb && mount -t tmpfs -o mode=0750,uid=%1$d,gid=%1$d lb /run/lb &&
        mount -t bpf -o mode=0711 lb /sys/fs/bpf && install -d -o %1$d -g %1$d /sys/fs/bpf/lb &&
        exec setpriv %2$s %3$s %4$s run --config %5$s
        """
            .formatted(NOBODY, ids, rights, launcher, lbd.config());
    ProcessBuilder builder =
        new ProcessBuilder(lab.on("director", "unshare", "--mount", "sh", "-c", script))
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(folder.resolve("out").toFile()));
    builder.environment().put("LBD_JAVA_OPTS", "-Djava.io.tmpdir=/proc/nowhere");
    process = builder.start();
    Await.until(
        "lbd is ready: " + folder.resolve("out"), () -> !process.isAlive() || lbd.isReady());
    assertTrue(process.isAlive(), Files.readString(folder.resolve("out")));
  }

  @Test
  void shouldForwardReloadAndCheckWithTheUnitsRightsAlone() throws Exception {
    assertEquals(unit("AmbientCapabilities"), unit("CapabilityBoundingSet"));
    start();
    List<String> status =
        Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"));
    assertTrue(status.contains("CapEff:\t000000c000003000"), status.toString());
    Flows flows = new Flows(lab);
    Counters before = lbd.counters();
    try (DatagramStream stream =
        DatagramStream.start(lab, flows.take(STREAMS, DatagramStream.PORT, c -> true))) {
      stream.awaitSent(DATAGRAMS);
      lbd.reload(config(3));
      stream.awaitSent(DATAGRAMS);
      stream.finish();
      assertEquals(0, stream.missing());
      assertEquals(
          stream.sent(),
          lbd.counters().ofBinds("udp", DatagramStream.PORT)
              - before.ofBinds("udp", DatagramStream.PORT));
    }
    assertTrue(lbd.counters().of(Verdict.TX_FORWARDED) > 0);
    Await.until(
        "every check is up",
        () ->
            lbd.admin().get("/v1/health").toString().split("\"health\":\"up\"", -1).length - 1
                == 2 * TableText.ALL.size());
  }

  @Test
  void shouldRefuseAReloadWhileItCannotPin() throws Exception {
    start();
    long generation = lbd.generation();
    Flows flows = new Flows(lab);
    try (DatagramStream stream =
        DatagramStream.start(lab, flows.take(STREAMS, DatagramStream.PORT, c -> true))) {
      stream.awaitSent(DATAGRAMS);
      remount("ro");
      DaemonRefusedException refused =
          assertThrows(DaemonRefusedException.class, () -> lbd.reload(config(3)));
      assertTrue(refused.getMessage().contains("nothing has changed"), refused.getMessage());
      assertEquals(generation, lbd.generation());
      remount("rw");
      lbd.reload(config(3));
      assertEquals(generation + 1, lbd.generation());
      stream.awaitSent(DATAGRAMS);
      stream.finish();
      assertEquals(0, stream.missing());
    }
  }

  private void remount(String how) {
    String pid = Long.toString(process.pid());
    Shell.run(List.of("nsenter", "-t", pid, "-m", "mount", "-o", "remount," + how, "/sys/fs/bpf"));
  }
}
