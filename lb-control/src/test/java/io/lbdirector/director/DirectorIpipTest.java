package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.FILE;
import static io.lbdirector.director.ConfigText.bytes;
import static io.lbdirector.director.ConfigText.table;
import static io.lbdirector.director.RunningDirector.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.director.DirectorControl.NotFoundException;
import io.lbdirector.director.DirectorControl.PlanReport;
import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.director.DirectorControl.StateOrder;
import io.lbdirector.director.DirectorControl.StateReport;
import io.lbdirector.director.DirectorControl.TableReport;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A table that changes to {@code encapsulation = "ipip"} and back. Needs root. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class DirectorIpipTest {
  private static final String B = "10.0.1.2";
  private static final String GUE = DIRECTOR + table("web", "203.0.113.10", "10.0.1.1", B);
  private static final String IPIP =
      GUE.replace("name = \"web\"", "name = \"web\"\nencapsulation = \"ipip\"");
  private static final byte[] SYN =
      Frame.tcpSyn(Actors.CLIENT, 4711, IpAddress.parse("203.0.113.10"), 443).toBytes();
  private static final int BY_GUE = 20 + 8 + 8 + 4;
  private static final int BY_IPIP = 20;

  @TempDir Path folder;
  private RunningDirector running;

  @BeforeEach
  void start() {
    running = RunningDirector.start(GUE, folder);
  }

  @AfterEach
  void end() {
    running.close();
  }

  /** Bytes that the director puts in front of a packet. */
  private int growth() {
    return running.plane().program().testRun(SYN, 1).packet().length - SYN.length;
  }

  private TableReport web() {
    return await(running.director().table("web")).orElseThrow();
  }

  @Test
  void shouldPlanAndServeTheChangeAndGoBack() {
    PlanReport plan = await(running.director().plan(bytes(IPIP), FILE));
    assertTrue(plan.changed());
    assertEquals("gue to ipip", plan.tables().get(0).encapsulation());
    assertEquals(0, plan.rowsMoved());
    assertEquals(BY_GUE, growth());

    ReloadReport report = running.reload(IPIP, FILE);
    assertTrue(report.changed());
    assertEquals(plan.tables(), report.tables());
    assertEquals(plan.warnings(), report.warnings());
    assertEquals(BY_IPIP, growth());
    assertEquals("ipip", web().encapsulation());
    assertEquals(1, web().hops());
    assertFalse(running.reload(IPIP, FILE).changed());

    assertTrue(await(running.director().rollback()).changed());
    assertEquals(BY_GUE, growth());
    assertEquals("gue", web().encapsulation());
    assertEquals(2, web().hops());
  }

  @Test
  void shouldPublishNothingWhenItIsTakenOver() {
    running.reload(IPIP, FILE);
    long generation = running.status().generation();
    running.restart(IPIP);
    running
        .director()
        .portChanged(
            RunningDirector.port(
                RunningDirector.LO, RunningDirector.GATEWAY, RunningDirector.GATEWAY6));
    running.director().start();
    assertEquals(generation, running.status().generation());
    assertEquals(BY_IPIP, growth());
  }

  @Test
  void shouldWarnOfADrainAndHaveNoOutcomes() {
    running.reload(IPIP, FILE);
    StateReport drained =
        await(
            running
                .director()
                .setState(
                    "web",
                    IpAddress.parse(B),
                    Optional.of(StateOrder.of(BackendState.DRAINING)),
                    "the test"));
    assertEquals(
        List.of(
            "table \"web\": with encapsulation = \"ipip\" there is no second chance: connections of the "
                + drained.rowsMoved()
                + " rows that move break"),
        drained.warnings());
    NotFoundException refused =
        assertThrows(
            NotFoundException.class,
            () -> await(running.director().outcomes("web", IpAddress.parse(B))));
    assertEquals(
        "table \"web\" has encapsulation = \"ipip\": its backends count nothing that could be asked for",
        refused.getMessage());
  }
}
