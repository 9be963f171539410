package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.FILE;
import static io.lbdirector.director.ConfigText.table;
import static io.lbdirector.director.RunningDirector.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.SwapStep;
import io.lbdirector.director.DirectorControl.NotFoundException;
import io.lbdirector.director.DirectorControl.OverrideReport;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.StateOrder;
import io.lbdirector.director.DirectorControl.StateReport;
import io.lbdirector.director.DirectorControl.TableReport;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** States set by hand, in a director over a data plane in this kernel. Needs root. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class DirectorStateTest {
  private static final String VIP = "203.0.113.10";
  private static final String A = "10.0.1.1";
  private static final String B = "10.0.1.2";
  private static final String C = "10.0.1.3";
  private static final String TWO = DIRECTOR + table("web", VIP, A, B);
  private static final String THREE = DIRECTOR + table("web", VIP, A, B, C);

  @TempDir Path folder;
  private RunningDirector running;

  @BeforeEach
  void start() {
    running = RunningDirector.start(TWO, folder);
  }

  @AfterEach
  void end() {
    running.close();
  }

  private StateReport set(String backend, Optional<BackendState> state) {
    return set("web", backend, state);
  }

  private StateReport set(String table, String backend, Optional<BackendState> state) {
    return await(
        running
            .director()
            .setState(table, IpAddress.parse(backend), state.map(StateOrder::of), "the test"));
  }

  private StateReport drain(String backend) {
    return set(backend, Optional.of(BackendState.DRAINING));
  }

  private StateReport undo(String backend) {
    return set(backend, Optional.empty());
  }

  private TableReport web() {
    return await(running.director().table("web")).orElseThrow();
  }

  /** Rows led, in the order of the file. */
  private List<Integer> led() {
    return web().backends().stream().map(b -> b.rows()).toList();
  }

  private List<String> states() {
    return web().backends().stream().map(b -> b.state() + "/" + b.fileState()).toList();
  }

  @Test
  void shouldPublishTheRowsThatAFileWithThatStateHas() {
    String before = web().digest();
    int ledByB = led().get(1);
    StateReport report = drain(B);
    assertEquals(
        new StateReport(
            2, true, "web", B, "draining", Optional.empty(), "active", ledByB, List.of()),
        report);
    assertEquals(List.of("active/active", "draining/active"), states());
    assertEquals(List.of(ForwardingTable.ROWS, 0), led());
    String byHand = web().digest();
    assertEquals("active", undo(B).state());
    assertEquals(before, web().digest());
    assertFalse(running.reload(TWO, FILE).changed());
    assertTrue(running.reload(TWO + "state = \"draining\"\n", "drain.toml").changed());
    assertEquals(byHand, web().digest());
  }

  @Test
  void shouldTellWhatWasSetByHandUntilItIsUndone() {
    drain(B);
    OverrideReport override = running.status().overrides().get(0);
    assertEquals(
        new OverrideReport(
            "web",
            B,
            "draining",
            Optional.empty(),
            Optional.empty(),
            "active",
            override.setAt(),
            "the test"),
        override);
    undo(B);
    assertEquals(List.of(), running.status().overrides());
  }

  @Test
  void shouldKeepADrainOverReloadsAndRestarts() {
    drain(B);
    running.reload(THREE, "three.toml");
    assertEquals(List.of("active/active", "draining/active", "active/active"), states());
    assertEquals(0, led().get(1));
    long generation = running.status().generation();
    running.restart(THREE);
    running.director().start();
    assertTrue(running.status().adopted());
    assertEquals(generation, running.status().generation());
    assertEquals(0, led().get(1));
    assertEquals("the test", running.status().overrides().get(0).setBy());
  }

  @Test
  void shouldKeepADrainWhileTheFileLacksTheBackend() {
    drain(B);
    running.reload(DIRECTOR + table("web", VIP, A, C), "without.toml");
    assertEquals("", running.status().overrides().get(0).fileState());
    running.reload(TWO, FILE);
    assertEquals(List.of(ForwardingTable.ROWS, 0), led());
    running.reload(DIRECTOR + table("web", VIP, A, C), "without.toml");
    StateReport undone = undo(B);
    assertFalse(undone.changed());
    assertEquals("", undone.state());
    assertEquals(List.of(), running.status().overrides());
    assertThrows(NotFoundException.class, () -> undo(B));
  }

  @Test
  void shouldPublishNothingWhenTheFileSaysSoAlready() {
    running.reload(TWO + "state = \"draining\"\n", FILE);
    StateReport report = drain(B);
    assertFalse(report.changed());
    assertEquals(2, report.generation());
    assertEquals(1, running.status().overrides().size());
    running.reload(TWO, FILE);
    assertEquals(List.of("active/active", "draining/active"), states());
    set(B, Optional.of(BackendState.ACTIVE));
    assertEquals(List.of("active/active", "active/active"), states());
  }

  @Test
  void shouldTakeAnInactiveBackendOutOfAllRows() {
    set(B, Optional.of(BackendState.INACTIVE));
    assertEquals(1, web().hops());
    assertEquals(List.of(ForwardingTable.ROWS, 0), led());
  }

  @Test
  void shouldWarnWhenNobodyIsLeftForNewConnections() {
    drain(A);
    StateReport report = drain(B);
    assertEquals(
        List.of(
            "no backend of table \"web\" is active: those that drain take new connections all the"
                + " same"),
        report.warnings());
    assertEquals(report.warnings(), running.status().warnings());
    set(A, Optional.of(BackendState.INACTIVE));
    assertEquals(
        "every backend of table \"web\" is inactive: its packets are dropped",
        set(B, Optional.of(BackendState.INACTIVE)).warnings().get(0));
    undo(A);
    assertEquals(List.of(), undo(B).warnings());
  }

  @Test
  void shouldSayWhatThereIsToOneWhoNamesWhatIsNot() {
    NotFoundException table =
        assertThrows(NotFoundException.class, () -> set("wbe", B, Optional.empty()));
    assertEquals("no table is named \"wbe\"; there is web", table.getMessage());
    NotFoundException backend = assertThrows(NotFoundException.class, () -> drain(C));
    assertEquals(
        "table \"web\" has no backend 10.0.1.3; it has 10.0.1.1, 10.0.1.2", backend.getMessage());
    String[] many =
        IntStream.rangeClosed(1, 11).mapToObj(i -> "10.0.2." + i).toArray(String[]::new);
    running.reload(DIRECTOR + table("web", VIP, many), "many.toml");
    backend = assertThrows(NotFoundException.class, () -> drain(C));
    assertTrue(backend.getMessage().endsWith("10.0.2.9, 10.0.2.10, and more"), backend.toString());
    assertEquals(List.of(), running.status().overrides());
  }

  @Test
  void shouldChangeNothingWhenTheKernelRefuses() {
    running.fail(SwapStep.PUBLISH, new IllegalStateException("no memory"));
    assertThrows(RefusedException.class, () -> drain(B));
    assertNothingHasChanged();
    running.observe(SwapStep.Observer.NONE);
    running.restart(TWO);
    running.director().start();
    assertNothingHasChanged();
  }

  @Test
  void shouldChangeNothingWhenTheDiskRefuses() throws IOException {
    running.refuseState();
    RefusedException e = assertThrows(RefusedException.class, () -> drain(B));
    assertTrue(e.problems().get(0).message().contains("overrides.json"), e.problems().toString());
    assertNothingHasChanged();
  }

  private void assertNothingHasChanged() {
    assertEquals(1, running.status().generation());
    assertEquals(List.of(), running.status().overrides());
    assertEquals(List.of("active/active", "active/active"), states());
  }

  @Test
  void shouldStartWithTheStatesThatWereSetByHandFromTheirCopy() throws IOException {
    drain(B);
    List<String> before = states();
    Files.writeString(folder.resolve("test/overrides.json"), "{");
    running.restart(TWO);
    running.director().start();
    assertEquals(before, states());
    assertEquals(2, running.plane().generation());
  }

  @Test
  void shouldStartWithoutTheStatesThatWereSetByHandIfBothAreDamaged() throws IOException {
    drain(B);
    Files.writeString(folder.resolve("test/overrides.json"), "{");
    Files.writeString(folder.resolve("test/overrides.json.copy"), "");
    running.restart(TWO);
    running.director().start();
    assertEquals(List.of("active/active", "active/active"), states());
  }
}
