package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.forwarding.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The machine lets a running daemon down; what is live stays, and packets do not notice. */
@Timeout(300)
final class FaultsNetnsTest {
  private static final String WEB = "web";
  private static final Path PASS_PROGRAM = Lab.ROOT.resolve("lab/build/xdp_pass.bpf.o");
  private static final int RELOADS = 1_000;
  private static final long MOST_RESIDENT_BYTES = 512L << 20;
  private static final int STREAMS = 6;
  private static final int DATAGRAMS = 5_000;
  private static final IpAddress BACKEND = IpAddress.parse(TableText.BACKEND2);

  private static Lab lab;
  private static Flows flows;

  @TempDir static Path installed;
  private static Path launcher;

  @TempDir Path folder;
  private Lbd lbd;

  @BeforeAll
  static void lay() throws Exception {
    lab = Lab.serving();
    BackendServers.start(lab);
    flows = new Flows(lab);
    launcher = InstalledTree.copyTo(installed);
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
    lbd.launchBy(launcher);
    lbd.start(config(2));
  }

  @AfterEach
  void end() throws Exception {
    lbd.close();
  }

  private String config(int hops) {
    return lbd.head()
        + TableText.table(WEB).hops(hops).bind("udp", DatagramStream.PORT).backends(TableText.ALL);
  }

  /** While packets flow, none of which may be lost; the generation stays. */
  private void withoutChange(Background.Step step) throws Exception {
    long generation = lbd.generation();
    String digest = lbd.digest(WEB);
    try (DatagramStream stream =
        DatagramStream.start(lab, flows.take(STREAMS, DatagramStream.PORT, c -> true))) {
      stream.awaitSent(DATAGRAMS);
      step.run();
      stream.awaitSent(DATAGRAMS);
      stream.finish();
      assertEquals(0, stream.missing());
    }
    assertEquals(generation, lbd.generation());
    assertEquals(digest, lbd.digest(WEB));
    assertTrue(lbd.isReady());
  }

  private void assertTakesTheNextReload() throws Exception {
    long generation = lbd.generation();
    assertTrue(lbd.reload(config(3)).get("changed").getAsBoolean());
    assertEquals(generation + 1, lbd.generation());
  }

  @Test
  void shouldRefuseAReloadForWhichThereAreNoFilesLeft() throws Exception {
    long open;
    try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(lbd.pid()), "fd"))) {
      open = all.mapToLong(fd -> Long.parseLong(fd.getFileName().toString())).max().orElseThrow();
    }
    String pid = "--pid=" + lbd.pid();
    String limit =
        Shell.run(List.of("prlimit", pid, "--nofile", "--noheadings", "--output=SOFT")).trim();
    withoutChange(
        () -> {
          // One for the question itself, and none for a map.
          Shell.run(List.of("prlimit", pid, "--nofile=" + (open + 2) + ":"));
          DaemonRefusedException refused =
              assertThrows(DaemonRefusedException.class, () -> lbd.reload(config(3)));
          Shell.run(List.of("prlimit", pid, "--nofile=" + limit + ":"));
          assertTrue(refused.getMessage().contains("nothing has changed"), refused.getMessage());
          assertTrue(
              refused.problems().toString().contains("EMFILE"), refused.problems().toString());
        });
    assertTakesTheNextReload();
  }

  @Test
  void shouldRefuseADrainThatTheDiskHasNoRoomFor() throws Exception {
    Path state = folder.resolve("state");
    Shell.run(List.of("mount", "-t", "tmpfs", "-o", "size=4k", "lb-test", state.toString()));
    try {
      withoutChange(
          () -> {
            Files.createDirectories(state.resolve(lbd.instance()));
            fill(state.resolve("filler"));
            DaemonRefusedException refused =
                assertThrows(
                    DaemonRefusedException.class, () -> lbd.setState(WEB, BACKEND, "draining"));
            String problems = refused.problems().toString();
            assertTrue(problems.contains("overrides.json"), problems);
          });
    } finally {
      Shell.run(List.of("umount", state.toString()));
    }
    lbd.setState(WEB, BACKEND, "draining");
    assertNotEquals(FlowModel.of(config(2)).digest(WEB), lbd.digest(WEB));
  }

  private static void fill(Path file) throws IOException {
    assertThrows(IOException.class, () -> Files.write(file, new byte[1 << 16]));
  }

  /** Nor may it be taken off but through the link. */
  @Test
  void shouldKeepItsInterfaceFromOtherPrograms() throws Exception {
    withoutChange(
        () -> {
          String ip = "exec ip link set dev eth0 xdpdrv ";
          for (String command :
              List.of(ip + "object " + PASS_PROGRAM + " section xdp", ip + "off")) {
            String inPrivate = "mount -t bpf lab /sys/fs/bpf && " + command;
            Shell.Result result =
                Shell.tryRun(lab.on("director", "unshare", "--mount", "sh", "-c", inPrivate));
            assertNotEquals(0, result.exit(), command);
          }
        });
  }

  @Test
  void shouldTakeTheGoodOnesOfAThousandReloads() throws Exception {
    for (int i = 1; i < 4; i++) { // what is opened once is open
      lbd.reload(config(2 + i % 2));
    }
    lbd.reload(config(2));
    Footprint before = Footprint.of(lbd);
    long generation = lbd.generation();
    try (DatagramStream stream =
        DatagramStream.start(lab, flows.take(STREAMS, DatagramStream.PORT, c -> true))) {
      for (int i = 1; i <= RELOADS / 2; i++) {
        String good = config(2 + i % 2);
        String bad = BrokenConfigs.damage(config(2), i % BrokenConfigs.COUNT);
        assertThrows(DaemonRefusedException.class, () -> lbd.reload(bad), bad);
        assertEquals(generation + i, lbd.reload(good).get("generation").getAsLong());
      }
      stream.finish();
      assertEquals(0, stream.missing());
    }
    Footprint after = Footprint.of(lbd);
    assertEquals(before.pins(), after.pins());
    assertTrue(after.files() - before.files() < RELOADS / 100, before + ", then " + after);
    assertTrue(after.residentBytes() < MOST_RESIDENT_BYTES, after.toString());
  }
}
