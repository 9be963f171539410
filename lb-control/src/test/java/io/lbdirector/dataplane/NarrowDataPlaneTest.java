package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.DIRECTOR;
import static io.lbdirector.packet.Actors.DIRECTOR6;
import static io.lbdirector.packet.Actors.ROUTER;
import static io.lbdirector.packet.Actors.ROUTER6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.NarrowLayout.Narrow;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What routers say of what the director sent, and what is made of it. */
@ExtendWith(LeakCheck.class)
class NarrowDataPlaneTest {
  private static final int IPIP = 4;
  private static final int IPV6 = 41;

  private LoadedDirector director;

  @BeforeEach
  void load() {
    director = new LoadedDirector();
  }

  @AfterEach
  void unload() {
    director.close();
  }

  /**
   * What the director sends of a packet from {@code client}: the IP packet, outer headers first.
   */
  private byte[] sent(boolean over6, IpAddress backend) {
    director.publish(
        new DesiredState(
            LoadedDirector.SETTINGS,
            List.of(
                LoadedDirector.table(
                    "web",
                    LoadedDirector.rows(1, List.of(backend)),
                    Bind.exact(VIP, Protocol.TCP, 443),
                    Bind.exact(VIP6, Protocol.TCP, 443)))));
    Frame in =
        over6
            ? Frame.tcp(CLIENT6, 40000, VIP6, 443, 0x10, new byte[900])
            : Frame.tcp(CLIENT, 40000, VIP, 443, 0x10, new byte[900]);
    byte[] out = director.send(in.toBytes()).packet();
    return Arrays.copyOfRange(out, Frame.ETHERNET_LENGTH, out.length);
  }

  private static Frame tooBig(byte[] quoted, int mtu) {
    return quoted[0] >> 4 == 4
        ? Frame.icmpError(ROUTER, DIRECTOR, 3, 4, mtu, quoted)
        : Frame.icmpError(ROUTER6, DIRECTOR6, 2, 0, mtu, quoted);
  }

  private Map<IpAddress, Narrow> narrow() {
    return new CounterReader(director.plane()).narrow();
  }

  private void assertPassed(Verdict verdict, Frame frame) {
    byte[] in = frame.toBytes();
    assertEquals(verdict, director.verdictOf(in));
    TestRun out = director.send(in);
    assertEquals(LoadedDirector.PASS, out.result());
    assertArrayEquals(in, out.packet());
  }

  @ParameterizedTest(name = "client over IPv6 {0}, backend over IPv6 {1}")
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void shouldNoteWhichWayIsTooNarrow(boolean client6, boolean backend6) {
    IpAddress backend = backend6 ? Actors.backend6(1) : Actors.backend(1);
    byte[] sent = sent(client6, backend);
    assertEquals(Map.of(), narrow());
    int header = backend6 ? 40 : 20;
    for (int quoted : new int[] {header + 8, 500}) {
      assertPassed(Verdict.PASS_NARROW, tooBig(Arrays.copyOf(sent, quoted), 1400));
    }
    assertEquals(Map.of(backend, new Narrow(4, 1400)), narrow());
    director.send(tooBig(sent, 1300).toBytes());
    assertEquals(Map.of(backend, new Narrow(5, 1300)), narrow());
    director.send(tooBig(sent, 0).toBytes());
    assertEquals(Map.of(backend, new Narrow(6, 0)), narrow());
  }

  @ParameterizedTest
  @CsvSource({"4", "41"})
  void shouldKnowTunnelsWithoutPorts(int protocol) {
    sent(false, Actors.backend(1));
    byte[] quoted =
        Frame.ip(DIRECTOR, Actors.backend(9), protocol == IPV6 ? IPV6 : IPIP, new byte[100])
            .ipPacket();
    assertPassed(Verdict.PASS_NARROW, tooBig(quoted, 1280));
    assertEquals(Map.of(Actors.backend(9), new Narrow(2, 1280)), narrow());
  }

  @Test
  void shouldNotTakeOtherErrorsForIt() {
    byte[] sent = sent(false, Actors.backend(1));
    for (int code : new int[] {0, 1, 2, 3, 5, 13}) {
      assertPassed(Verdict.PASS_NO_BIND, Frame.icmpError(ROUTER, DIRECTOR, 3, code, 1400, sent));
    }
    assertPassed(Verdict.PASS_NO_BIND, Frame.icmpError(ROUTER, DIRECTOR, 11, 4, 1400, sent));
    byte[] sent6 = sent(true, Actors.backend6(1));
    for (int type : new int[] {1, 3, 4}) {
      assertPassed(Verdict.PASS_NO_BIND, Frame.icmpError(ROUTER6, DIRECTOR6, type, 0, 9, sent6));
    }
    assertEquals(Map.of(), narrow());
  }

  /** Of what this machine sends but by the program, its kernel is told. */
  @Test
  void shouldLeaveWhatTheDirectorDidNotSend() {
    sent(false, Actors.backend(1));
    byte[] dns = Frame.udp(DIRECTOR, 5353, Actors.backend(1), 53, new byte[900]).ipPacket();
    assertPassed(Verdict.PASS_NO_BIND, tooBig(dns, 1400));
    byte[] ssh = Frame.tcp(DIRECTOR, 22, CLIENT, 19523, 0x10, new byte[900]).ipPacket();
    assertPassed(Verdict.PASS_NO_BIND, tooBig(ssh, 1400));
    byte[] other = Frame.udp(ROUTER, 40000, Actors.backend(1), 19523, new byte[900]).ipPacket();
    assertPassed(Verdict.PASS_QUOTE, Frame.icmpError(CLIENT, DIRECTOR, 3, 4, 1400, other));
    assertPassed(Verdict.PASS_NO_BIND, Frame.icmpError(CLIENT, ROUTER, 3, 4, 1400, other));
    assertEquals(Map.of(), narrow());
  }

  @Test
  void shouldStillSendErrorsAboutFlowsOfAVipToItsBackend() {
    sent(false, Actors.backend(1));
    byte[] answer = Frame.tcp(VIP, 443, CLIENT, 40000, 0x10, new byte[900]).ipPacket();
    assertEquals(
        Verdict.TX_FORWARDED,
        director.verdictOf(Frame.icmpError(ROUTER, VIP, 3, 4, 1400, answer).toBytes()));
    assertEquals(Map.of(), narrow());
  }
}
