package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.DIRECTOR;
import static io.lbdirector.packet.Actors.DIRECTOR6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static io.lbdirector.packet.Actors.backend;
import static io.lbdirector.packet.Actors.backend6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.ProbeResult;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.ScratchNetns;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import io.lbdirector.packet.OuterModel;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of one packet of a marked socket. Needs CAP_BPF, CAP_NET_ADMIN. */
@ExtendWith(LeakCheck.class)
class ProbeDataPlaneTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final int MARK = 0x1b000001;
  private static final int NEXT = -1;
  private static final int DROP = 2;
  private static final int MACS = 12;

  private static final Frame TCP4 = Frame.tcp(CLIENT, 40_000, VIP, 80, 0x18, new byte[100]);
  private static final Frame TCP6 = Frame.tcp(CLIENT6, 40_000, VIP6, 80, 0x18, new byte[100]);

  private ProbeProgram probe;

  @BeforeAll
  static void needKernel() {
    NeedsKernel.from("6.6", "checks through the tunnel are off before");
  }

  @BeforeEach
  void load() {
    probe = ProbeProgram.load(BpfObjects.probe(), Abi.GUE_PORT);
  }

  @AfterEach
  void unload() {
    probe.close();
  }

  private TestRun send(Frame frame, int mark) {
    return probe.program().testRunMarked(frame.toBytes(), mark);
  }

  /** Holds what leaves to the model of what the director sends, but for MACs and source port. */
  private int assertWrapped(Frame frame, IpAddress backend, int trafficClass) {
    TestRun sent = send(frame, MARK);
    assertEquals(NEXT, sent.result());
    byte[] inner = frame.toBytes();
    int port = OuterModel.shortAt(sent.packet(), OuterModel.udpOffset(sent.packet()));
    byte[] model =
        GueModel.encapsulate(
            inner, inner.length - Frame.ETHERNET_LENGTH, List.of(backend), port, trafficClass);
    System.arraycopy(inner, 0, model, 0, MACS);
    assertEquals(HEX.formatHex(model), HEX.formatHex(sent.packet()));
    return port;
  }

  /** The results that counted something. */
  private Map<ProbeResult, Count> counted() {
    return probe.counts().entrySet().stream()
        .filter(count -> count.getValue().packets() > 0)
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  @Test
  void shouldWrapAsTheDirectorDoesForOneBackend() {
    probe.assign(MARK, backend(7), DIRECTOR);
    assertWrapped(TCP4, backend(7), 0);
    assertWrapped(TCP6, backend(7), 0);
    probe.assign(MARK, backend6(7), DIRECTOR6);
    assertWrapped(TCP4, backend6(7), 0);
    assertWrapped(TCP6, backend6(7), 0);
    long bytes = 2L * TCP4.toBytes().length + 2L * TCP6.toBytes().length;
    assertEquals(Map.of(ProbeResult.SENT, new Count(4, bytes)), counted());
  }

  @Test
  void shouldKeepAConnectionOnOnePortAboveTheOthers() {
    probe.assign(MARK, backend(7), DIRECTOR);
    int port = assertWrapped(TCP4, backend(7), 0);
    assertTrue(port >= 0x8000, "source port " + port);
    assertEquals(port, assertWrapped(TCP4, backend(7), 0));
  }

  @Test
  void shouldCopyCongestionMarksAndNoMore() {
    probe.assign(MARK, backend(7), DIRECTOR);
    assertWrapped(TCP4.withTrafficClass(0xb9), backend(7), 1);
    assertWrapped(TCP6.withTrafficClass(0xfa), backend(7), 2);
    probe.assign(MARK, backend6(7), DIRECTOR6);
    assertWrapped(TCP4.withTrafficClass(0xb9), backend6(7), 1);
    assertWrapped(TCP6.withTrafficClass(0xfb), backend6(7), 3);
  }

  @Test
  void shouldLeaveOtherPacketsAlone() {
    probe.assign(MARK, backend(7), DIRECTOR);
    for (int mark : new int[] {0, MARK + 1, -MARK}) {
      for (Frame frame : List.of(TCP4, TCP6)) {
        TestRun sent = send(frame, mark);
        assertEquals(NEXT, sent.result());
        assertEquals(HEX.formatHex(frame.toBytes()), HEX.formatHex(sent.packet()));
      }
    }
    assertTrue(probe.remove(MARK));
    assertEquals(HEX.formatHex(TCP4.toBytes()), HEX.formatHex(send(TCP4, MARK).packet()));
    assertFalse(probe.remove(MARK));
    assertEquals(Map.of(), counted());
  }

  @Test
  void shouldDropMarkedPacketsThatItCannotWrap() throws Exception {
    probe.assign(MARK, backend(7), DIRECTOR);
    assertEquals(DROP, send(TCP4.withTags(0x81000007), MARK).result());
    assertEquals(1, counted().get(ProbeResult.NOT_IP).packets());

    int fits = 1500 - 36 - 40;
    try (ScratchNetns netns = ScratchNetns.create("lb-probe")) {
      netns.ip("link set lo mtu 1500"); // the interface of test runs
      netns.opened(
          () -> {
            assertEquals(NEXT, send(segment(fits), MARK).result());
            assertEquals(DROP, send(segment(fits + 1), MARK).result());
            probe.assign(MARK, backend6(7), DIRECTOR6);
            assertEquals(NEXT, send(segment(fits - 20), MARK).result());
            assertEquals(DROP, send(segment(fits - 19), MARK).result());
            return () -> {};
          });
    }
    assertEquals(2, counted().get(ProbeResult.TOO_LONG).packets());
    assertEquals(2, counted().get(ProbeResult.SENT).packets());
  }

  private static Frame segment(int payload) {
    return Frame.tcp(CLIENT, 40_000, VIP, 80, 0x10, new byte[payload]);
  }

  @Test
  void shouldRefuseWhatMakesNoSense() {
    assertThrows(IllegalArgumentException.class, () -> probe.assign(0, backend(7), DIRECTOR));
    assertThrows(IllegalArgumentException.class, () -> probe.assign(MARK, backend(7), DIRECTOR6));
  }
}
