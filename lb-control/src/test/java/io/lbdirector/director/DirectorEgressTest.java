package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.table;
import static io.lbdirector.director.RunningDirector.GATEWAY;
import static io.lbdirector.director.RunningDirector.LO;
import static io.lbdirector.director.RunningDirector.UNKNOWN;
import static io.lbdirector.director.RunningDirector.port;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.SwapStep;
import io.lbdirector.director.DirectorControl.Readiness;
import io.lbdirector.director.DirectorControl.RefusedException;
import io.lbdirector.director.DirectorControl.ReloadReport;
import io.lbdirector.director.EgressState.Hop;
import io.lbdirector.director.EgressState.Standing;
import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a director does of its own accord under {@code egress = "fib"}. Needs root. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class DirectorEgressTest {
  private static final IpAddress HOP = IpAddress.parse("192.0.2.1");
  private static final IpAddress A = IpAddress.parse("10.0.1.1");
  private static final IpAddress B = IpAddress.parse("10.0.1.2");
  private static final String TX = DIRECTOR + table("web", "203.0.113.10", "10.0.1.1");
  private static final String FIB = fib("10.0.1.1");
  private static final String FIB_MORE = fib("10.0.1.1", "10.0.1.2");

  private RunningDirector running;

  @AfterEach
  void end() {
    running.close();
  }

  private static String fib(String... backends) {
    return DIRECTOR + "egress = \"fib\"\n" + table("web", "203.0.113.10", backends);
  }

  private static EgressSettings settings(String toml) {
    return EgressSettings.of(ConfigText.config(toml));
  }

  private static EgressState state(EgressSettings settings, Standing... standings) {
    return new EgressState(
        settings,
        Set.of(LO),
        Arrays.stream(standings).map(standing -> new Hop(HOP, "eth1", standing, 1)).toList(),
        new TreeSet<>());
  }

  private void answer(EgressSettings settings) {
    running.director().egressChanged(state(settings, Standing.KNOWN));
  }

  private void startFib() {
    running = RunningDirector.load(FIB);
    running.director().portChanged(port(LO, UNKNOWN, UNKNOWN));
    running.director().start();
  }

  @Test
  void shouldBeReadyByNextHopsWithoutAnyGateway() {
    startFib();
    running.attached(LO);
    running.director().egressChanged(state(settings(FIB)));
    running.director().egressChanged(state(settings(FIB), Standing.ASKED));
    running.director().egressChanged(state(settings(FIB), Standing.ASKED, Standing.KNOWN));
    running.director().egressChanged(state(settings(FIB), Standing.SILENT, Standing.SILENT));
    running.status();
    assertEquals(
        List.of(
            new Readiness(false, "no generation is live yet"),
            new Readiness(false, "the program is not attached yet"),
            new Readiness(false, "no route leads to any backend"),
            new Readiness(false, "no next hop to a backend answers yet"),
            new Readiness(true, "forwarding"),
            new Readiness(false, "no next hop to a backend answers yet")),
        running.readiness());
    assertEquals("unused", running.status().interfaces().get(0).gatewayState());
    assertTrue(running.followed().stream().noneMatch(GatewayTrackerSettings::want4));
  }

  @Test
  void shouldTellTheProgramOfInterfacesWhateverTheWay() {
    running = RunningDirector.start(TX);
    running.director().egressChanged(state(EgressSettings.NONE));
    running.status();
    assertEquals(Set.of(LO), running.plane().egress());
  }

  @Test
  void shouldGoOnWithTheOthersWhereTheKernelRefusesAnInterface() {
    running = RunningDirector.start(TX);
    try (LogLines log = new LogLines(Egress.class)) {
      EgressState gone =
          new EgressState(EgressSettings.NONE, Set.of(LO, 999_999), List.of(), new TreeSet<>());
      running.director().egressChanged(gone);
      running.director().egressChanged(gone);
      running.status();
      assertEquals(1, log.at(Level.WARN).size());
    }
    assertEquals(Set.of(LO), running.plane().egress());
  }

  /** What is published before its next hop is known loses packets. */
  @Test
  void shouldResolveNewNextHopsBeforePacketsGoThere() {
    startFib();
    answer(settings(FIB));
    AtomicBoolean answered = new AtomicBoolean();
    List<Boolean> atPublish = new CopyOnWriteArrayList<>();
    running.observe(
        step -> {
          if (step == SwapStep.PUBLISH) {
            atPublish.add(answered.get());
          }
        });
    running.route(
        wanted -> {
          if (wanted.backends().contains(B) && !answered.get()) {
            running.director().egressChanged(state(wanted, Standing.KNOWN, Standing.ASKED));
            new Thread(() -> answerLate(wanted, answered)).start();
          }
        });
    ReloadReport report = running.reload(FIB_MORE, "more.toml");
    assertEquals(2, report.generation());
    assertEquals(List.of(true), atPublish);
    assertEquals(List.of(), report.warnings());
    assertEquals(settings(FIB_MORE), running.routed().get(running.routed().size() - 1));
  }

  /** So late that a director that does not wait would have published. */
  private void answerLate(EgressSettings wanted, AtomicBoolean answered) {
    for (int i = 0; i < 100; i++) {
      running.status();
    }
    answered.set(true);
    running.director().egressChanged(state(wanted, Standing.KNOWN, Standing.KNOWN));
  }

  @Test
  void shouldWaitForNoNextHopThatIsSilent() {
    startFib();
    running.route(wanted -> running.director().egressChanged(state(wanted, Standing.SILENT)));
    ReloadReport report = running.reload(FIB_MORE, "more.toml");
    assertEquals(2, report.generation());
    assertEquals(
        List.of(
            "director.egress = \"fib\": next hop 192.0.2.1 on eth1 does not answer; packets to it"
                + " are dropped until it does"),
        report.warnings());
  }

  @Test
  void shouldPublishWithAWarningWhenTheNewNextHopDoesNotAnswerInTime() {
    running = RunningDirector.load(FIB);
    running.gatewayWait(Duration.ofMillis(1));
    running.restart(FIB);
    running.director().portChanged(port(LO, UNKNOWN, UNKNOWN));
    running.director().start();
    EgressState unrouted =
        new EgressState(
            settings(FIB_MORE),
            Set.of(LO),
            List.of(new Hop(HOP, "eth1", Standing.ASKED, 1)),
            new TreeSet<>(Set.of(A, B, HOP)));
    running.director().egressChanged(unrouted);
    assertEquals(
        List.of(
            "director.egress = \"fib\": no route leads to 10.0.1.1, 10.0.1.2; packets to it are"
                + " dropped",
            "director.egress = \"fib\": next hop 192.0.2.1 on eth1 does not answer; packets to it"
                + " are dropped until it does"),
        running.reload(FIB_MORE, "more.toml").warnings());
  }

  @Test
  void shouldResolveTheGatewayBeforePacketsGoThereAgain() {
    startFib();
    answer(settings(FIB));
    List<Optional<?>> atPublish = new CopyOnWriteArrayList<>();
    running.observe(
        step -> {
          if (step == SwapStep.PUBLISH) {
            atPublish.add(running.plane().port(LO).orElseThrow().gateway());
          }
        });
    running.track(
        wanted -> {
          if (wanted.want4()) {
            running.director().portChanged(port(LO, GATEWAY, UNKNOWN));
          }
        });
    assertEquals(List.of(), running.reload(TX, "tx.toml").warnings());
    assertEquals(List.of(GATEWAY), atPublish);
    assertEquals(EgressSettings.NONE, running.routed().get(running.routed().size() - 1));
  }

  @Test
  void shouldFollowTheOldNextHopsAgainAfterARefusedReload() {
    startFib();
    answer(settings(FIB));
    running.route(this::answer);
    running.fail(SwapStep.PUBLISH, new IllegalStateException("refused"));
    assertThrows(RefusedException.class, () -> running.reload(FIB_MORE, "more.toml"));
    assertTrue(running.routed().contains(settings(FIB_MORE)));
    assertEquals(settings(FIB), running.routed().get(running.routed().size() - 1));
  }
}
