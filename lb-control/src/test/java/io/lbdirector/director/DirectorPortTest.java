package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.DIRECTOR6;
import static io.lbdirector.director.ConfigText.table;
import static io.lbdirector.director.RunningDirector.GATEWAY;
import static io.lbdirector.director.RunningDirector.GATEWAY6;
import static io.lbdirector.director.RunningDirector.LO;
import static io.lbdirector.director.RunningDirector.UNKNOWN;
import static io.lbdirector.director.RunningDirector.port;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.lbdirector.abi.Abi;
import io.lbdirector.abi.PortLayout;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.director.DirectorControl.InterfaceReport;
import io.lbdirector.director.DirectorControl.Readiness;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.packet.Actors;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a director tells the program of its ports, and when it is ready. Needs root. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class DirectorPortTest {
  private static final String V4 = DIRECTOR + table("web", "203.0.113.10", "10.0.1.1");
  private static final String V6 = DIRECTOR6 + table("web", "2001:db8:113::10", "2001:db8:1::1");
  private static final int OTHER_INDEX = 77;
  private static final byte[] PORT_ENTRY =
      PortLayout.encode(Actors.DIRECTOR_MAC, Optional.empty(), Optional.empty(), 1500);

  private RunningDirector running;

  @AfterEach
  void end() {
    running.close();
  }

  @Test
  void shouldKeepTheGatewayThatTheProgramKnowsThroughARestart() {
    running = RunningDirector.start(V4);
    running.restart(V4);
    running.director().portChanged(port(LO, UNKNOWN, UNKNOWN));
    running.director().portChanged(port(LO, UNKNOWN, UNKNOWN));
    running.director().start();
    running.attached(LO);
    assertEquals(Actors.GATEWAY_MAC.toString(), onlyInterface().gatewayMac());
    assertEquals(new Readiness(true, "forwarding"), running.director().readiness());
    assertEquals(GATEWAY, entry(LO).gateway());
    assertEquals(GATEWAY, entry(Abi.DEFAULT_PORT).gateway());
    MacAddress moved = Actors.ROUTER_MAC;
    running.director().portChanged(port(LO, Optional.of(moved), UNKNOWN));
    assertEquals(moved.toString(), onlyInterface().gatewayMac());
    assertEquals(Optional.of(moved), entry(LO).gateway());
    assertEquals(Optional.of(moved), entry(Abi.DEFAULT_PORT).gateway());
  }

  @Test
  void shouldForgetTheGatewayOfAFamilyThatNoPacketGoesTo() {
    running = RunningDirector.start(V4);
    assertEquals(GATEWAY6, entry(LO).gateway6());
    running.restart(V4);
    running.director().portChanged(port(LO, UNKNOWN, UNKNOWN));
    running.director().start();
    assertEquals(GATEWAY, entry(LO).gateway());
    assertEquals(UNKNOWN, entry(LO).gateway6());
  }

  @Test
  void shouldForgetAnInterfaceThatWasMadeAnewAndAskForARestart() {
    running = RunningDirector.start(V4);
    running.attached(LO);
    running.status();
    assertTrue(running.director().readiness().ready());
    running.director().portChanged(port(OTHER_INDEX, GATEWAY, UNKNOWN));
    running.status();
    assertEquals(
        new Readiness(false, "the program is not on lo any more: see lbd's log"),
        running.director().readiness());
    assertEquals(Optional.empty(), running.plane().port(LO));
    assertEquals(GATEWAY, entry(OTHER_INDEX).gateway());
    assertEquals(GATEWAY, entry(Abi.DEFAULT_PORT).gateway());
  }

  @Test
  void shouldTryAnEntryAgainThatTheKernelRefused() {
    running = RunningDirector.load(V4);
    fillPorts();
    try (LogLines log = new LogLines(OwnerThread.class)) {
      running.director().portChanged(port(LO, GATEWAY, UNKNOWN));
      running.director().start();
      running.attached(LO);
      running.status();
      assertEquals(1, log.at(Level.ERROR).size());
      assertTrue(log.at(Level.ERROR).get(0).contains("lb_ports"), log.at(Level.ERROR).toString());
    }
    assertEquals(
        new Readiness(false, "the kernel refused the entry of lo in lb_ports: see lbd's log"),
        running.director().readiness());
    running.plane().removePort(1000);
    running.plane().removePort(1001);
    running.director().portChanged(port(LO, GATEWAY, UNKNOWN));
    running.status();
    assertEquals(GATEWAY, entry(LO).gateway());
    assertEquals(GATEWAY, entry(Abi.DEFAULT_PORT).gateway());
    assertTrue(running.director().readiness().ready());
  }

  @Test
  void shouldTellOfOnePortThoughTheKernelRefusesAnother() {
    running = RunningDirector.load(V4);
    fillPorts();
    running.plane().removePort(1000);
    running.plane().setPort(OTHER_INDEX, PORT_ENTRY);
    running.director().portChanged(port(LO, GATEWAY, UNKNOWN));
    running.director().portChanged(named("other", OTHER_INDEX, GATEWAY));
    running.director().start();
    running.status();
    assertEquals(Optional.empty(), running.plane().port(LO));
    assertEquals(GATEWAY, entry(OTHER_INDEX).gateway());
  }

  @Test
  void shouldKeepBothEntriesOfInterfacesThatSwapTheirNames() {
    running = RunningDirector.start(V4);
    MacAddress otherGateway = Actors.ROUTER_MAC;
    running.director().portChanged(named("other", OTHER_INDEX, Optional.of(otherGateway)));
    running.director().portChanged(port(OTHER_INDEX, GATEWAY, UNKNOWN));
    running.director().portChanged(named("other", LO, Optional.of(otherGateway)));
    running.status();
    assertEquals(Optional.of(otherGateway), entry(LO).gateway());
    assertEquals(GATEWAY, entry(OTHER_INDEX).gateway());
  }

  private static PortState named(String name, int ifindex, Optional<MacAddress> gateway) {
    return new PortState(
        ifindex,
        name,
        Actors.DIRECTOR_MAC,
        1500,
        true,
        Optional.empty(),
        gateway,
        "reachable",
        Optional.empty(),
        UNKNOWN,
        "unknown");
  }

  private void fillPorts() {
    for (int i = 0; i < Abi.MAX_PORTS; i++) {
      running.plane().setPort(1000 + i, PORT_ENTRY);
    }
  }

  @Test
  void shouldSayStepByStepWhatIsMissing() {
    running = RunningDirector.load(V4);
    Director director = running.director();
    director.portChanged(port(LO, UNKNOWN, GATEWAY6));
    director.start();
    running.attached(LO);
    director.portChanged(port(LO, GATEWAY, UNKNOWN));
    director.portChanged(down());
    director.portChanged(port(LO, GATEWAY, UNKNOWN));
    running.status();
    assertEquals(
        List.of(
            new Readiness(false, "no generation is live yet"),
            new Readiness(false, "the program is not attached yet"),
            new Readiness(false, "the gateway's MAC on lo is not known yet"),
            new Readiness(true, "forwarding"),
            new Readiness(false, "no interface has a carrier"),
            new Readiness(true, "forwarding")),
        running.readiness());
  }

  private static PortState down() {
    return new PortState(
        LO,
        "lo",
        Actors.DIRECTOR_MAC,
        1500,
        false,
        Optional.empty(),
        GATEWAY,
        "failed",
        Optional.empty(),
        UNKNOWN,
        "unknown");
  }

  @Test
  void shouldReportTheGatewaysOfBothFamiliesApart() {
    running = RunningDirector.start(V4);
    running.attached(LO);
    InterfaceReport v4 = onlyInterface();
    assertEquals(Actors.GATEWAY_MAC.toString(), v4.gatewayMac());
    assertEquals("reachable", v4.gatewayState());
    assertEquals("unused", v4.gateway6State());
    running.reload(V6, "six.toml");
    InterfaceReport v6 = onlyInterface();
    assertEquals("unused", v6.gatewayState());
    assertEquals(Actors.GATEWAY6_MAC.toString(), v6.gateway6Mac());
    assertEquals("stale", v6.gateway6State());
  }

  @Test
  void shouldTakeNoNewsAndRefuseQuestionsAfterTheClose() {
    running = RunningDirector.start(V4);
    running.director().close();
    running.director().portChanged(port(LO, Optional.of(Actors.ROUTER_MAC), UNKNOWN));
    assertEquals(GATEWAY, entry(LO).gateway());
    assertThrows(RejectedExecutionException.class, () -> running.director().status());
  }

  private InterfaceReport onlyInterface() {
    List<InterfaceReport> interfaces = running.status().interfaces();
    assertEquals(1, interfaces.size());
    return interfaces.get(0);
  }

  private PortLayout.Port entry(int ifindex) {
    return running.plane().port(ifindex).orElseThrow();
  }
}
