package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.XdpLink;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a daemon finds at its start is broken, or of another build; packets and connections do not
 * notice.
 */
@Timeout(300)
final class LbdRepairNetnsTest {
  private static final String WEB = "web";
  private static final int CONNECTIONS = 100;
  private static final String LAYOUT = "layout-";

  private static Lab lab;
  private static Flows flows;

  @TempDir Path folder;
  @TempDir Path otherFolder;
  private Lbd lbd;
  private Counters lastCounters;

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
    lbd.start(config(2));
  }

  @AfterEach
  void end() throws Exception {
    lbd.close();
  }

  private String config(int hops) {
    return lbd.head() + MixedTraffic.binds(TableText.table(WEB).hops(hops)).backends(TableText.ALL);
  }

  /** While packets flow, nothing of which may be lost. */
  private void underTraffic(Background.Step step) throws Exception {
    try (MixedTraffic traffic = MixedTraffic.start(lab, flows, CONNECTIONS, 1)) {
      traffic.awaitProgress();
      step.run();
      traffic.awaitProgress();
      traffic.finish(step + "");
    }
  }

  private Path layout() throws Exception {
    try (Stream<Path> files = Files.list(lbd.pins())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(LAYOUT))
          .reduce(
              (one, other) -> {
                throw new AssertionError("two layouts: " + one + ", " + other);
              })
          .orElseThrow();
    }
  }

  private static int programId(Lbd lbd) {
    try (XdpLink link = XdpLink.openPinned(lbd.link())) {
      return link.programId();
    }
  }

  private static int linkId(Lbd lbd) {
    try (XdpLink link = XdpLink.openPinned(lbd.link())) {
      return link.id();
    }
  }

  /** Kills the daemon, does something to its pins, and starts it again. */
  private void restartAfter(Background.Step damage) throws Exception {
    int link = linkId(lbd);
    int program = programId(lbd);
    underTraffic(
        () -> {
          lastCounters = lbd.counters();
          lbd.kill();
          damage.run();
          lbd.start();
        });
    assertEquals(link, linkId(lbd), "the link was made anew");
    assertNotEquals(program, programId(lbd));
    JsonObject status = lbd.status();
    assertFalse(status.get("adopted").getAsBoolean(), status.toString());
    assertTrue(status.get("ready").getAsBoolean(), status.toString());
  }

  /** There and back. */
  @Test
  void shouldExchangeTheProgramOfAnotherBuild() throws Exception {
    String otherBuild = OtherBuild.compile(otherFolder);
    int link = linkId(lbd);
    Counters before = lbd.counters();
    underTraffic(
        () -> {
          for (String options : List.of(otherBuild, "")) {
            int program = programId(lbd);
            String tag = programTag();
            lbd.terminate();
            lbd.setEnvironment("LBD_JAVA_OPTS", options);
            lbd.start();
            assertNotEquals(program, programId(lbd));
            assertNotEquals(tag, programTag());
            assertTrue(lbd.status().get("adopted").getAsBoolean(), lbd.log());
          }
        });
    assertEquals(link, linkId(lbd), "the link was made anew");
    assertOnlyGrown(before, lbd.counters());
  }

  private String programTag() throws Exception {
    try (BpfProgram program = BpfProgram.openPinned(layout().resolve("program"))) {
      return program.tag();
    }
  }

  private static void assertOnlyGrown(Counters before, Counters after) {
    for (Verdict verdict : Verdict.values()) {
      assertTrue(after.of(verdict) >= before.of(verdict), verdict + " went back");
    }
  }

  /** To a build whose maps differ, and back to ours. */
  @ParameterizedTest
  @ValueSource(strings = {"smaller-maps", "wider-counters"})
  void shouldBuildBesideAnotherLayoutAndSwitch(String difference) throws Exception {
    Path launcher = OlderBuild.compile(otherFolder, difference);
    Path layout = layout();
    for (Path build : List.of(launcher, Lbd.LAUNCHER)) {
      restartAfter(() -> lbd.launchBy(build));
      assertEquals(build == Lbd.LAUNCHER, layout.equals(layout()), layout().toString());
      Counters after = lbd.counters();
      assertOnlyGrown(lastCounters, after);
      long datagrams = lastCounters.ofBinds("udp", DatagramStream.PORT);
      assertTrue(datagrams > 0);
      assertTrue(after.ofBinds("udp", DatagramStream.PORT) > datagrams);
    }
    assertEquals(2, lbd.logLines("counters handed over").size(), lbd.log());
    assertEquals(List.of(), lbd.logLines("pins cannot be taken over"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"program", "vips4/empty"})
  void shouldReplaceATreeThatLacksAPin(String pin) throws Exception {
    Path missing = layout().resolve(pin);
    assertTrue(Files.exists(missing), missing.toString());
    restartAfter(() -> BpfFs.unpin(missing));
    assertTrue(Files.exists(missing));
    assertEquals(1, lbd.logLines("pins cannot be taken over").size(), lbd.log());
  }

  @Test
  void shouldReplaceATreeWhoseLiveTableIsGone() throws Exception {
    Path table;
    try (Stream<Path> tables = Files.list(layout().resolve("tables"))) {
      table = tables.filter(t -> !t.endsWith("0")).findFirst().orElseThrow();
    }
    restartAfter(() -> BpfFs.unpin(table));
    List<String> told = lbd.logLines("pins cannot be taken over");
    assertEquals(1, told.size(), lbd.log());
    assertTrue(told.get(0).contains(table.toString()), told.get(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"syntax", "missing"})
  void shouldGoOnWithWhatWasLiveIfItsFileIsBroken(String damage) throws Exception {
    String live = config(3);
    lbd.reload(live); // not what is in the file
    long generation = lbd.generation();
    String digest = lbd.digest(WEB);
    int program = programId(lbd);
    underTraffic(
        () -> {
          lbd.kill();
          switch (damage) {
            case "syntax" -> lbd.write(config(2).replace("[director]", "[director"));
            default -> Files.delete(lbd.config());
          }
          int starts = lbd.logLines("admin socket open").size();
          lbd.launch();
          Await.until("the next start", () -> lbd.logLines("admin socket open").size() > starts);
        });
    JsonObject status = lbd.status();
    assertTrue(status.get("adopted").getAsBoolean(), status.toString());
    assertEquals(generation, status.get("generation").getAsLong());
    assertEquals(digest, lbd.digest(WEB));
    assertEquals(program, programId(lbd));
    assertFalse(lbd.isReady());
    String reason = status.get("ready_reason").getAsString();
    assertTrue(reason.startsWith("degraded: the file of the start is refused"), reason);
    assertTrue(reason.contains(lbd.config().toString()), reason);

    lbd.write(config(2));
    lbd.hangUp();
    Await.until("ready again", lbd::isReady);
    assertEquals(FlowModel.of(config(2)).digest(WEB), lbd.digest(WEB));
  }

  @Test
  void shouldExitIfItsFileIsBrokenAndItIsTold() throws Exception {
    underTraffic(
        () -> {
          lbd.kill();
          lbd.write(config(2).replace("hops = 2", "hops = 9"));
          Shell.Result result =
              Lbd.command(
                  lab,
                  "director",
                  "run",
                  "--on-bad-config=exit",
                  "--config",
                  lbd.config().toString());
          assertEquals(78, result.exit(), result.err());
          assertTrue(result.err().contains("hops"), result.err());
        });
    assertTrue(Files.exists(lbd.link()));
  }
}
